// The writer's admin: starts the prose editor, keeps unsaved text from being lost, and stops second clicks.
// A module, loaded from this site only; without it every form still works, with a plain text box.

const FORM = document.getElementById("article_form");

// --- The editor ---------------------------------------------------------------------------------

async function startEditor(textarea) {
  // The hashed address of the module stands on the text area, so no import map is needed.
  const prose = await import(textarea.dataset.editorModule);
  const { extensions } = JSON.parse(textarea.dataset.djangoProseEditorSignoff);
  const chosen = Object.entries(extensions)
    .filter(([name]) => prose[name])
    .map(([name, options]) => (typeof options === "object" ? prose[name].configure(options) : prose[name]));
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  if (label) {
    label.id ||= `${textarea.id}_label`;
  }
  const help = document.getElementById(`${textarea.id}_helptext`);
  const box = document.createElement("div");
  box.className = "prose-editor";
  textarea.before(box);
  box.append(textarea);
  const editor = new prose.Editor({
    element: box,
    extensions: chosen,
    content: textarea.value,
    injectCSS: false, // the same rules stand in admin.css; a <style> element is against our policy
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        ...(label ? { "aria-labelledby": label.id } : { "aria-label": "Text" }),
        ...(help ? { "aria-describedby": help.id } : {}),
      },
    },
    onUpdate({ editor }) {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  label?.addEventListener("click", () => editor.commands.focus());
  box.querySelector(".prose-menubar")?.setAttribute("role", "toolbar");
  box.querySelector(".prose-menubar")?.setAttribute("aria-label", "Formatting");
  // For whoever comes sooner, and for whoever comes later.
  textarea.signoff = { editor, prose };
  document.dispatchEvent(new CustomEvent("signoff:editor", { detail: textarea.signoff }));
}

for (const textarea of document.querySelectorAll("[data-django-prose-editor-signoff]")) {
  startEditor(textarea);
}

// --- The search boxes ---------------------------------------------------------------------------

// select2 leaves the box that it puts in a field's place without the field's name.
function nameBoxes() {
  for (const field of document.querySelectorAll("select.admin-autocomplete[aria-label]")) {
    const box = field.parentElement.querySelector(".select2-selection__rendered");
    box?.setAttribute("aria-label", field.getAttribute("aria-label"));
  }
}

window.addEventListener("load", () => setTimeout(nameBoxes)); // after the admin's own scripts
document.addEventListener("formset:added", () => setTimeout(nameBoxes));

// --- Nothing is lost ----------------------------------------------------------------------------

function guard(form) {
  const notice = form.querySelector("[data-unsaved]");
  let unsaved = form.querySelector(".errornote") !== null; // the page came back: nothing was saved
  let leaving = false;
  form.dataset.changes = 0;

  function show() {
    if (notice) notice.hidden = !unsaved;
    const submit = document.querySelector("[data-submit-for-review]");
    const first = document.querySelector("[data-save-first]");
    if (submit) submit.disabled = unsaved;
    if (first) first.hidden = !unsaved;
  }
  function changed(event) {
    // The answers to the screening stand among the fields, but belong to forms of their own.
    if (event?.target?.form && event.target.form !== form) return;
    unsaved = true;
    form.dataset.changes = Number(form.dataset.changes) + 1;
    show();
  }
  show();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // Removed rows and the choices of the search boxes are announced by the admin's own scripts.
  document.addEventListener("formset:removed", () => changed());
  window.django?.jQuery?.(form).on("select2:select select2:unselect", () => changed());
  form.addEventListener("submit", (event) => {
    leaving = !event.defaultPrevented;
  });
  form.addEventListener("signoff:saved", (event) => {
    unsaved = form.dataset.changes !== event.detail.changes; // somebody may have gone on writing
    show();
  });
  document.addEventListener("signoff:rail", show);
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
}

if (FORM) guard(FORM);

// --- One click is enough ------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "submit-for-review") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  delete document.getElementById("submit-for-review")?.dataset.sent;
});

// --- Signed in again in another tab ---------------------------------------------------------------

// Signing in changes the token, and the page keeps the old one: take the one that is good now.
function freshToken(event) {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  const field = event.target.querySelector("input[name=csrfmiddlewaretoken]");
  if (cookie && field) field.value = cookie.slice("csrftoken=".length);
}

document.addEventListener("submit", freshToken, { capture: true });
