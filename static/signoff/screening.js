// The remarks of the screening: marked in the editor, beside it as a list, each leading to the other,
// and answered without a page load. Without this module the list has its plain forms, and links to the
// text with its marks.

const FORM = document.getElementById("article_form");
const PARTS = ["state-line", "panel", "forms"];
const FLASH = 1600; // milliseconds

// --- The list -------------------------------------------------------------------------------------

const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
const items = () => document.querySelectorAll("li[data-passage]");

function passages() {
  const found = new Map(); // a passage stands in the list once for each severity
  for (const item of items()) {
    const { passage: key, where, quote, occurrence, severity, pin, label } = item.dataset;
    if (where) found.set(key, { key, where, quote, occurrence: Number(occurrence), severity, pin, label });
  }
  return [...found.values()];
}

// A remark by what it is about, and which of those that are about the same: numbers change with each save.
const remarks = () => [...document.querySelectorAll(".remark")];
const about = (remark) => `${remark.dataset.rule}\n${remark.closest("li").dataset.quote}`;
const alike = (what) => remarks().filter((remark) => about(remark) === what);
const isSame = (one, other) => one?.what === other?.what && one?.nth === other?.nth;

function identify(remark) {
  const what = about(remark);
  return { what, nth: alike(what).indexOf(remark), quote: remark.closest("li").dataset.quote };
}

function recognise({ what, nth }) {
  const found = alike(what);
  return found[nth] ?? found.at(-1);
}

// What a person has typed or opened in the list.
function typed() {
  const kept = [];
  for (const remark of remarks()) {
    const form = remark.querySelector("details.answer");
    if (!form) continue;
    const reason = form.querySelector("textarea");
    const kind = form.querySelector("input:checked");
    const wrote = reason.value !== reason.defaultValue;
    const changed = wrote || reason === document.activeElement || (kind && !kind.defaultChecked);
    if (form.open || changed) {
      kept.push({ id: identify(remark), reason: reason.value, kind: kind?.value, wrote, changed });
    }
  }
  return kept;
}

// Puts it back; what has no remark any more is handed back.
function retype(kept) {
  const used = new Set();
  return kept.filter(({ id, reason, kind, wrote, changed }) => {
    const form = recognise(id)?.querySelector("details.answer");
    if (!form || used.has(form)) return wrote;
    used.add(form);
    form.open = true;
    if (!changed) return false;
    form.querySelector("textarea").value = reason;
    const choice = kind && form.querySelector(`input[value="${CSS.escape(kind)}"]`);
    if (choice) choice.checked = true;
    return false;
  });
}

const CONTROLS = "a[href], button, input, summary, textarea";
const sort = (control) =>
  [
    control.tagName,
    control.name ?? "",
    control.tagName === "INPUT" ? control.value : "",
    control.matches("a:not([data-go])") ? control.pathname : "",
  ].join("\n");
const ofSort = (wanted, root) => [...root.querySelectorAll(CONTROLS)].filter((one) => sort(one) === wanted);

// Remembers where in the list the focus is, and returns what puts it there again: on the same control of
// the same remark, or on the remark, or on the heading of the list.
function holdFocus() {
  const focused = document.activeElement;
  const name = PARTS.find((one) => part(one)?.contains(focused));
  if (!name) return () => {};
  const around = focused.closest(".remark, li[data-passage], details.hits") ?? part(name);
  const remark = focused.closest(".remark") ?? focused.closest("li[data-passage]")?.querySelector(".remark");
  const id = remark && identify(remark);
  const group = focused.closest("details.hits")?.dataset.group;
  const wanted = sort(focused);
  const nth = ofSort(wanted, around).indexOf(focused);
  const { selectionStart, selectionEnd, selectionDirection, scrollTop } = focused;

  function surroundings() {
    if (id) return around === remark ? recognise(id) : recognise(id)?.closest("li");
    if (group) return document.querySelector(`details.hits[data-group="${CSS.escape(group)}"]`);
    return part(name);
  }
  return (answered) => {
    const [now, heading] = [surroundings(), document.getElementById("screening-heading")];
    const same = now && nth >= 0 && !(answered && isSame(id, answered)) ? ofSort(wanted, now)[nth] : null;
    if (heading) heading.tabIndex = -1;
    for (const target of [same, id && recognise(id), heading]) {
      if (!target) continue;
      unfold(target);
      target.focus({ preventScroll: target !== heading });
      if (document.activeElement !== target) continue;
      if (target === same && target.tagName === "TEXTAREA") {
        target.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
        target.scrollTop = scrollTop;
      }
      return;
    }
  };
}

function unfold(element) {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (at.matches("details") && !(element.matches("summary") && at === element.parentElement)) at.open = true;
  }
}

const versionOf = (root) => root.querySelector("#article_form input[name=version]")?.value;
let listed = versionOf(document); // the version that the list is about

// Puts the rail of another page of this article in the place of ours.
function takeOver(page, answered = null) {
  const rail = document.querySelector(".writing-rail");
  const top = rail?.scrollTop;
  const groups = new Map([...document.querySelectorAll("details.hits")].map((one) => [one.dataset.group, one.open]));
  const kept = typed().filter(({ id }) => !answered || !isSame(id, answered));
  const restoreFocus = holdFocus();
  for (const name of PARTS) {
    const [old, now] = [part(name), part(name, page)];
    if (old && now) old.replaceChildren(...now.childNodes);
  }
  for (const group of document.querySelectorAll("details.hits")) {
    group.open = groups.get(group.dataset.group) ?? group.open;
  }
  const lost = retype(kept);
  if (rail) rail.scrollTop = top;
  restoreFocus(answered);
  document.dispatchEvent(new CustomEvent("signoff:rail"));
  const isUnchanged = versionOf(page) === listed;
  listed = versionOf(page);
  refresh(isUnchanged);
  if (lost.length) announce(lost.map(({ id, reason }) => `${gone(id)} You were writing: “${reason}”`).join(" "), true);
}

document.addEventListener("signoff:page", (event) => takeOver(event.detail));

function goToRemark(key) {
  const remark = document.getElementById(key);
  if (!remark) return;
  unfold(remark);
  remark.scrollIntoView({ block: "center" });
  remark.focus({ preventScroll: true });
  remark.classList.add("flash");
  setTimeout(() => remark.classList.remove("flash"), FLASH);
}

document.addEventListener("click", (event) => {
  const pin = event.target.closest?.("[data-pin-of]");
  if (pin) {
    event.preventDefault();
    goToRemark(pin.dataset.pinOf);
    return;
  }
  const link = event.target.closest?.("[data-go]");
  if (!link || !FORM || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const key = link.closest("li").dataset.passage;
  if (goToPassage(passages().find((one) => one.key === key))) event.preventDefault();
});

// --- Answers --------------------------------------------------------------------------------------

// What is said of the whole list: good news to those who hear the page only, trouble to everyone.
const notice = document.createElement("p");
notice.className = "visually-hidden";
notice.setAttribute("role", "status");
if (part("panel")) part("panel").before(notice);
else document.body.append(notice);

function announce(sentence, isTrouble = false, signIn = false) {
  notice.className = isTrouble ? "rail-notice" : "visually-hidden";
  tell(notice, sentence, signIn);
}

function tell(place, sentence, signIn) {
  place.replaceChildren(sentence);
  if (!signIn) return;
  const link = document.createElement("a");
  link.href = location.href;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in in a new tab";
  place.append(" ", link, ", then give the answer again here.");
}

const gone = ({ quote }) => `The remark ${quote ? `on “${quote}”` : "on the whole text"} is not in the list any more.`;

async function send(form, submitter, id) {
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const reason = (body.get("reason") ?? "").replace(/\r\n/g, "\n");
  const refused = (sentence, signIn = false) => refuse(id, reason, sentence, signIn);
  let answer, page;
  try {
    answer = await fetch(form.action, { method: "POST", body });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    refused("Not recorded: the server cannot be reached. Try again in a moment.");
    return;
  }
  const sentence = page.querySelector("[data-refusal]")?.textContent.trim();
  if (answer.ok && versionOf(page)) {
    recorded(id, reason, page);
  } else if (answer.ok && answer.redirected) {
    refused("Not recorded: you are signed out. What you typed is still here.", true);
  } else if (answer.status === 409) {
    const why = sentence || "The draft was saved again.";
    const next =
      body.get("version") === FORM.elements.version.value
        ? "Save, or load the page again, first; what you typed stays here until then."
        : "The list is the new one by now, and what you typed is still here."; // our own save came in between
    refused(`Not recorded. ${why} ${next}`);
  } else if (answer.status === 403 && !sentence) {
    refused("Not recorded: the server does not know you any more. What you typed is still here.", true);
  } else {
    refused(sentence || `Not recorded: the server answered ${answer.status}.`);
  }
}

function recorded(id, reason, page) {
  const done = page.querySelector("ul.messagelist")?.textContent.trim() ?? "";
  const remark = recognise(id);
  if (versionOf(page) !== FORM.elements.version.value) {
    announce(`${done} ${remark ? "The list shows it when you save, or load the page again." : gone(id)}`, true);
    return;
  }
  announce(done);
  const box = remark?.querySelector("textarea");
  const wroteOn = box && box.value !== reason; // while the answer was on its way
  takeOver(page, wroteOn ? null : id);
  if (document.activeElement === document.body) recognise(id)?.focus({ preventScroll: true });
}

function refuse(id, reason, sentence, signIn) {
  const place = recognise(id)?.querySelector("[data-error]");
  if (!place) {
    announce(`${sentence} ${gone(id)}${reason ? ` You wrote: “${reason}”` : ""}`, true, signIn);
    return;
  }
  unfold(place);
  tell(place, sentence, signIn);
  place.hidden = false;
}

const sending = []; // the remarks whose answers are on their way

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-answer]") || !FORM) return;
  event.preventDefault();
  const remark = document.getElementById(`hit-${form.elements.hit.value}`);
  if (!remark) return;
  const id = identify(remark);
  if (sending.some((one) => isSame(one, id))) return;
  sending.push(id);
  send(form, event.submitter, id).finally(() => sending.splice(sending.indexOf(id), 1));
});

// --- Marks in the editor --------------------------------------------------------------------------

let editor = null;
let key = null;

// In a list about the same version an edited passage keeps the place that was followed through the edits.
function refresh(isSameVersion) {
  markFields();
  if (editor) editor.view.dispatch(editor.state.tr.setMeta(key, { passages: passages(), keep: isSameVersion }));
}

// The text as the screening reads it, white space made even, and where in the document each character stands.
function flatten(doc) {
  let text = "";
  const at = [];
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    let block = "";
    const places = [];
    const take = (character, place) => {
      const space = /[ \t\r\n\f]/.test(character);
      if (space && (!block || block.endsWith(" "))) return;
      block += space ? " " : character;
      places.push(place);
    };
    node.forEach((child, offset) => {
      const start = pos + 1 + offset;
      if (child.isText) for (let i = 0; i < child.text.length; i += 1) take(child.text[i], start + i);
      else if (child.type.name === "hardBreak") take(" ", start);
    });
    if (block.endsWith(" ")) {
      block = block.slice(0, -1);
      places.pop();
    }
    if (block) {
      if (text) {
        text += "\n";
        at.push(places[0]);
      }
      text += block;
      at.push(...places);
    }
    return false;
  });
  return { text, at };
}

// Where a quote stands: the nth of the places where it does, or the last there is; -1 for nowhere.
function find(text, quote, occurrence) {
  let found = -1;
  for (let from = text.indexOf(quote); from >= 0; from = text.indexOf(quote, from + quote.length)) {
    found = from;
    if (occurrence === 0) break;
    occurrence -= 1;
  }
  return found;
}

function locate(doc, wanted, before, mapping) {
  const { text, at } = flatten(doc);
  const places = new Map();
  for (const passage of wanted) {
    if (passage.where !== "body") continue;
    const { key: name, quote } = passage;
    const start = find(text, quote, passage.occurrence);
    if (start >= 0) {
      places.set(name, { quote, from: at[start], to: at[start + quote.length - 1] + 1, changed: false });
    } else if (before?.get(name)?.quote === quote) {
      const { from, to } = before.get(name);
      places.set(name, { quote, from: mapping.map(from, 1), to: mapping.map(to, -1), changed: true });
    }
  }
  return places;
}

function pin(passage, changed) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `pin pin-${changed ? "changed" : passage.severity}`;
  button.dataset.pinOf = passage.key;
  button.contentEditable = "false";
  button.textContent = changed ? "↻" : passage.pin;
  button.setAttribute("aria-label", passage.label + (changed ? " (changed since it was saved)" : ""));
  return button;
}

// By keyboard the list leads to each passage; in the text its pins would be stops without end.
function pinInText(passage, changed) {
  const button = pin(passage, changed);
  button.tabIndex = -1;
  return button;
}

function marks(prose) {
  const { Plugin, PluginKey } = prose.pm.state;
  const { Decoration, DecorationSet } = prose.pm.view;
  key = new PluginKey("screening");

  function draw(doc, value) {
    const found = [];
    for (const passage of value.passages) {
      const place = value.places.get(passage.key);
      if (!place) continue;
      const { from, to, changed } = place;
      if (from < to) {
        const shown = changed ? "mark-changed" : `mark-${passage.severity}`;
        const flash = value.flash === passage.key ? " flash" : "";
        found.push(Decoration.inline(from, to, { class: `mark ${shown}${flash}` }));
      }
      found.push(
        Decoration.widget(Math.max(from, to), () => pinInText(passage, changed), {
          key: `${passage.key} ${passage.pin} ${changed}`,
          side: 1,
          marks: [],
          stopEvent: () => true,
          ignoreSelection: true,
        }),
      );
    }
    return DecorationSet.create(doc, found);
  }
  const state = (doc, wanted, before = null, mapping = null, flash = null) => {
    const value = { passages: wanted, places: locate(doc, wanted, before, mapping), flash };
    return { ...value, drawn: draw(doc, value) };
  };
  return new Plugin({
    key,
    state: {
      init: (_, { doc }) => state(doc, passages()),
      apply(tr, value) {
        const meta = tr.getMeta(key);
        if (meta?.passages && !meta.keep) return state(tr.doc, meta.passages);
        if (meta?.passages) return state(tr.doc, meta.passages, value.places, tr.mapping, value.flash);
        if (tr.docChanged) return state(tr.doc, value.passages, value.places, tr.mapping, value.flash);
        if (meta && "flash" in meta) {
          const next = { ...value, flash: meta.flash };
          return { ...next, drawn: draw(tr.doc, next) };
        }
        return value;
      },
    },
    props: { decorations: (now) => key.getState(now).drawn },
    view: (view) => {
      note(key.getState(view.state));
      return { update: (now) => note(key.getState(now.state)) };
    },
  });
}

// The list says which of its passages were edited since.
function note({ passages: wanted, places }) {
  const changed = new Set(
    wanted.filter(({ key, where }) => where === "body" && (places.get(key)?.changed ?? true)).map(({ key }) => key),
  );
  for (const item of items()) {
    const sentence = item.querySelector("[data-changed]");
    const now = item.dataset.where === "body" ? changed.has(item.dataset.passage) : inField(item.dataset) === false;
    if (sentence && sentence.hidden === now) {
      sentence.hidden = !now;
      item.classList.toggle("is-changed", now);
    }
  }
}

// Title and summary are plain fields: their pins stand under them.
const field = (where) => FORM?.elements[where];
const squeezed = (words) => words.replace(/\s+/g, " ").trim();
const inField = ({ where, quote }) => (field(where) ? squeezed(field(where).value).includes(quote) : null);

function markFields() {
  for (const where of ["title", "summary"]) {
    const box = field(where);
    if (!box) continue;
    box.parentElement.querySelector(".field-pins")?.remove();
    const here = passages().filter((one) => one.where === where);
    if (!here.length) continue;
    const pins = document.createElement("p");
    pins.className = "field-pins";
    for (const one of here) pins.append(pin(one, false), " ");
    box.after(pins);
  }
}

function goToPassage(passage) {
  if (!passage) return false;
  const box = passage.where !== "body" && field(passage.where);
  if (box) {
    const start = box.value.indexOf(passage.quote);
    box.focus();
    if (start >= 0) box.setSelectionRange(start, start + passage.quote.length);
    box.scrollIntoView({ block: "center" });
    return true;
  }
  const place = editor && key.getState(editor.state).places.get(passage.key);
  if (!place) return false;
  const { view } = editor;
  editor.commands.setTextSelection(place.from);
  view.dispatch(view.state.tr.setMeta(key, { flash: passage.key }));
  const { node } = view.domAtPos(place.from);
  (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).scrollIntoView({ block: "center" });
  view.focus();
  setTimeout(() => editor.view.dispatch(editor.state.tr.setMeta(key, { flash: null })), FLASH);
  return true;
}

function begin({ editor: started, prose }) {
  if (editor) return;
  started.registerPlugin(marks(prose));
  editor = started;
}

document.addEventListener("signoff:editor", (event) => begin(event.detail));
const textarea = document.querySelector("[data-django-prose-editor-signoff]");
if (textarea?.signoff) begin(textarea.signoff);
markFields();
FORM?.addEventListener("input", (event) => {
  if (editor && ["title", "summary"].includes(event.target.name)) note(key.getState(editor.state));
});
