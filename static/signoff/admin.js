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
  const submit = document.querySelector("[data-submit-for-review]");
  const first = document.querySelector("[data-save-first]");
  let unsaved = form.querySelector(".errornote") !== null; // the page came back: nothing was saved
  let leaving = false;

  function show() {
    if (notice) notice.hidden = !unsaved;
    if (submit) submit.disabled = unsaved;
    if (first) first.hidden = !unsaved;
  }
  function changed() {
    unsaved = true;
    show();
  }
  show();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // Removed rows and the choices of the search boxes are announced by the admin's own scripts.
  document.addEventListener("formset:removed", changed);
  window.django?.jQuery?.(form).on("select2:select select2:unselect", changed);
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
}

if (FORM) guard(FORM);

// --- One click is enough ------------------------------------------------------------------------

document.getElementById("submit-for-review")?.addEventListener("submit", (event) => {
  const form = event.currentTarget;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  delete document.getElementById("submit-for-review")?.dataset.sent;
});
