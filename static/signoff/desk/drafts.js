// What is typed into a form of the review is kept in this tab until it was sent, so that a reload,
// a closed form or a signed-out session loses nothing. It goes when the person signs out.

const PREFIX = "signoff:draft:";
const LONG = "textarea, input:not([type]), input[type=text], input[type=datetime-local]";

const keyOf = (address, about = "") => PREFIX + new URL(address, location.href).pathname + (about && `#${about}`);
const keyOfForm = (form) => keyOf(form.action, form.elements.disclaimer?.value); // all disclaimers have one address
const forms = () => [...document.querySelectorAll("#screen .rail form[method=post]")];

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && forms().includes(form)) keep(form);
});

document.addEventListener("signoff:screen", () => bringBack());

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("form")) keep(event.detail.elt);
});

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  // The page to sign in names the desk in its query.
  if (elt.matches("form") && xhr.status < 400 && new URL(xhr.responseURL).pathname.startsWith("/desk/")) {
    if (xhr.getResponseHeader("HX-Replace-Url") !== "false") sessionStorage.removeItem(keyOfForm(elt));
  }
});

document.querySelector("form[action$='/logout/']")?.addEventListener("submit", () => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
});

function keep(form) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "password");
  const values = {};
  for (const field of fields) {
    if (field.type !== "radio" || field.checked) values[field.name] = field.value;
  }
  const typed = fields.some((field) => field.matches(LONG) && field.value.trim());
  if (typed) sessionStorage.setItem(keyOfForm(form), JSON.stringify(values));
  else sessionStorage.removeItem(keyOfForm(form));
}

function bringBack() {
  for (const form of forms()) {
    const kept = form.querySelector(LONG) && read(keyOfForm(form));
    if (!kept || form.querySelector(".error")) continue; // what the server sent back is newer
    fill(form, kept);
    const part = form.closest("details");
    if (part) part.open = true;
    if (form.querySelector(".kept")) continue;
    const note = document.createElement("p");
    note.className = "hint kept";
    note.textContent = "Not sent yet: this is what you had typed.";
    form.prepend(note);
  }
  for (const link of document.querySelectorAll("#screen a[data-form]")) {
    if (!read(keyOf(link.dataset.form)) || link.querySelector(".unfinished")) continue;
    const note = document.createElement("strong");
    note.className = "unfinished";
    note.textContent = " (unfinished)";
    link.append(note);
  }
}

function fill(form, kept) {
  for (const field of form.elements) {
    if (!(field.name in kept) || field.type === "hidden") continue;
    if (field.type === "radio") field.checked = field.value === kept[field.name];
    else if (!field.value || field.tagName === "SELECT") field.value = kept[field.name];
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

bringBack();
