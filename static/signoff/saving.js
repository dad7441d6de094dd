// Saves the draft without leaving the page: cursor, scroll and focus stay where they are.
// It posts the form as the browser would and reads the ordinary page that comes back; the server only
// adds to its address which version was saved. Without this module the same button saves with a page load.

const FORM = document.getElementById("article_form");
const SAVED = FORM?.querySelector("[data-saved]"); // not on the page of a new article: it gets an address first
const FAILED = FORM?.querySelector("[data-not-saved]");

let running = false;
let again = false;

async function save() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const waiting = setTimeout(() => say("Saving …"), 200);
  try {
    await send();
  } finally {
    clearTimeout(waiting);
    running = false;
  }
  if (again) {
    again = false;
    FORM.requestSubmit(FORM.elements._continue);
  }
}

async function send() {
  const changes = FORM.dataset.changes;
  const body = new FormData(FORM);
  body.set("_continue", "1");
  body.set("_background", "1");
  let answer, page;
  try {
    answer = await fetch(FORM.action, { method: "POST", body });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    fail("Not saved: the server cannot be reached. Your text is still here; save again in a moment.");
    return;
  }
  if (answer.status === 409 || answer.status === 422) {
    withAPage(); // a conflict or a mistake: the page that explains it, with everything that was typed
  } else if (answer.ok && page.querySelector("#article_form [data-saved]")) {
    const saved = new URL(answer.url).searchParams.get("saved");
    if (saved) FORM.elements.version.value = saved;
    if (saved && saved === page.querySelector("#article_form input[name=version]")?.value) taken(page, changes);
    else withAPage(); // somebody saved after us: the page is theirs, and our version makes it a conflict
  } else if (answer.ok && answer.redirected) {
    fail("Not saved: you are signed out. Your text is still here.", answer.url);
  } else if (answer.status === 403) {
    fail("Not saved: the server does not know you any more. Your text is still here.", location.href);
  } else {
    fail(`Not saved: the server answered ${answer.status}. Your text is still here; save again, or copy it first.`);
  }
}

function withAPage() {
  again = false;
  FORM.dataset.withAPage = "yes";
  FORM.requestSubmit(FORM.elements._continue);
}

function taken(page, changes) {
  const form = page.getElementById("article_form");
  for (const old of FORM.querySelectorAll(".errornote, ul.errorlist, .conflict")) old.remove();
  for (const row of FORM.querySelectorAll(".errors")) row.classList.remove("errors");
  for (const place of ["#content > h1", ".breadcrumbs"]) {
    const [old, now] = [document.querySelector(place), page.querySelector(place)];
    if (old && now) old.replaceChildren(...now.childNodes);
  }
  document.title = page.title;
  numberReferences(form);
  say(page.querySelector("[data-saved]").dataset.saved);
  FAILED.replaceChildren();
  document.dispatchEvent(new CustomEvent("signoff:page", { detail: page }));
  FORM.dispatchEvent(new CustomEvent("signoff:saved", { detail: { changes } }));
}

// A reference whose number was left empty has one now.
function numberReferences(form) {
  const sources = (of) => [...of.querySelectorAll("select[name^=citations-][name$=-source]")];
  const number = (select) => select.form.elements[select.name.replace(/source$/, "number")];
  const now = new Map(sources(form).filter((one) => one.value).map((one) => [one.value, number(one).value]));
  for (const select of sources(FORM)) {
    if (select.value && !number(select).value) number(select).value = now.get(select.value) ?? "";
  }
}

function say(words) {
  SAVED.textContent = words;
}

function fail(sentence, signIn) {
  SAVED.textContent = "";
  FAILED.replaceChildren(sentence);
  if (!signIn) return;
  const link = document.createElement("a");
  link.href = signIn;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in in a new tab";
  FAILED.append(" ", link, ", then save again here.");
}

if (SAVED) {
  // Before the other listeners: a form that is not sent away is no reason to think that the page is left.
  FORM.addEventListener(
    "submit",
    (event) => {
      if (event.submitter?.name !== "_continue") return;
      if (FORM.dataset.withAPage) {
        delete FORM.dataset.withAPage;
        return;
      }
      event.preventDefault();
      save();
    },
    { capture: true },
  );
}
if (FORM?.elements._continue) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    FORM.requestSubmit(FORM.elements._continue);
  });
}
