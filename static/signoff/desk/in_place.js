// The review's forms answer in place: htmx swaps the screen, this module keeps what a page load would lose:
// where each pane was scrolled to, which parts were unfolded, and where the keyboard was.

const PANES = [".frozen", ".rail"];

let before = null; // what the screen was like when the answer came
let asked = null; // what was sent: { id of its entry, its address, whether it is a form }

const screen = () => document.getElementById("screen");
const panes = () => PANES.map((name) => document.querySelector(name));

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const from = event.detail.elt;
  asked = { id: entryOf(from), form: from.matches("form"), link: from.className };
  screen().setAttribute("aria-busy", "true");
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  detail.pathInfo.anchor = undefined; // the eye stays where it is
  if (detail.xhr.status >= 500 || !detail.serverResponse.includes('id="screen"')) {
    detail.shouldSwap = false;
    failed(`Not saved: the server answered ${detail.xhr.status}. What you typed is still here; try again.`);
    return;
  }
  detail.shouldSwap = true;
  before = {
    scrolled: panes().map((pane) => pane?.scrollTop ?? 0),
    page: window.scrollY,
    unfolded: new Set([...document.querySelectorAll(".rail details[open]")].map(nameOf)),
  };
});

document.body.addEventListener("htmx:afterSwap", () => {
  if (!before) return;
  const now = screen();
  // An answer that is another page (signed out, not found) brings its own layout.
  document.body.className = now.querySelector(".bench") ? "app" : "page";
  for (const part of now.querySelectorAll(".rail details:not([open])")) {
    if (before.unfolded.has(nameOf(part))) part.open = true;
  }
  panes().forEach((pane, place) => pane && (pane.scrollTop = before.scrolled[place]));
  window.scrollTo({ top: before.page, behavior: "instant" });
  before = null;
  const refused = now.querySelector(".rejection");
  const goal = refused ? refusedField(now) : asked.form ? entry(now) : (openedField(now) ?? entry(now));
  goal?.focus({ preventScroll: true });
  goal?.scrollIntoView({ block: "nearest" });
  say((refused ?? now.querySelector(".messages"))?.innerText ?? "");
  document.dispatchEvent(new CustomEvent("signoff:screen", { detail: { ...asked, refused: Boolean(refused) } }));
});

// A page that was loaded with a form open begins in that form.
if (new URLSearchParams(location.search).has("open")) openedField(document)?.focus();

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, () =>
    failed("Not saved: the server cannot be reached. What you typed is still here; try again in a moment."),
  );
}

function failed(sentence) {
  const now = screen();
  now.removeAttribute("aria-busy");
  now.querySelector(".rejection")?.remove();
  const words = document.createElement("p");
  words.textContent = sentence;
  const box = document.createElement("div");
  box.className = "rejection";
  box.setAttribute("role", "alert");
  box.append(words);
  now.append(box);
}

function entryOf(element) {
  const id = new URL(element.href ?? element.action, location.href).hash.slice(1);
  return id || element.closest(".item, section[id]")?.id || "";
}

function entry(now) {
  const found = asked.id && document.getElementById(asked.id);
  if (!found) return now.querySelector(".rail") ?? document.getElementById("main");
  if (found.closest("details:not([open])")) found.closest("details").open = true;
  if (!found.hasAttribute("tabindex")) found.tabIndex = -1;
  return found;
}

function openedField(now) {
  return now.querySelector(".rail form.opened :is(select, textarea, input:not([type=hidden]))");
}

function refusedField(now) {
  const form = now.querySelector(".rail form .error, .rail .error")?.closest("form, .item");
  return (
    form?.querySelector("[aria-invalid=true]") ??
    form?.querySelector("select, textarea, input:not([type=hidden])") ??
    now.querySelector(".rail")
  );
}

// A part that folds has a name that outlives the swap: the entry that it is in, and its title.
function nameOf(part) {
  const title = part.querySelector("summary > .hidden")?.parentElement ?? part.querySelector("summary");
  return part.id || `${part.closest("[id]")?.id}: ${title?.textContent.trim()}`;
}

function say(words) {
  const place = document.getElementById("said");
  if (place) place.textContent = words;
}
