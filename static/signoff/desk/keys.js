// The review by keyboard. Single letters act only outside fields, and can be switched off in the sheet.

const SHEET = document.getElementById("keys");
const SWITCH = document.getElementById("keys-on");
const OFF = "signoff:keys-off";
const VERDICTS = { s: "supports", p: "partly", c: "contradicts", o: "silent" };
const SECTIONS = ["text", "changed", "claims", "findings", "disclaimers", "comments", "missing", "sign"];
const FORMS = { f: "add-finding", n: "add-claim", m: "add-comment" };

let verdict = null; // to be chosen when the form of a claim has opened

const entries = () => [...document.querySelectorAll(".rail .item[tabindex]")].filter((one) => one.checkVisibility());
const current = () => document.activeElement?.closest?.(".rail .item[tabindex]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || SHEET.open) return;
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (field && event.key === "Escape") return leave(field);
  if (field?.form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit();
    return;
  }
  const types = field && !field.matches("[type=radio], [type=checkbox]");
  if (types || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  if (act(event.key, event.target)) event.preventDefault();
});

function act(key, target) {
  if (key === "?") return SHEET.showModal(), true;
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === ".") return press(document.querySelector(".primary-action a"));
  if (key === "Enter") return target.matches(".item") && press(opener(target));
  if (key in VERDICTS) return judge(VERDICTS[key]);
  if (key === "x") return press(current()?.querySelector("a.dismiss"));
  if (key === "]" || key === "[") return send("signoff:sentence", key === "]" ? 1 : -1);
  if (key in FORMS) return send("signoff:pick", FORMS[key]);
  if (/^[1-8]$/.test(key)) return jump(SECTIONS[key - 1]);
  return false;
}

function step(by) {
  const all = entries();
  if (!all.length) return false;
  const here = all.indexOf(current());
  const section = document.activeElement.closest(".rail > section");
  const first = section && all.find((one) => section.contains(one));
  if (here < 0 && first && by > 0) return focus(first), true;
  focus(all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)]);
  return true;
}

function focus(element) {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

function press(element) {
  element?.click();
  return Boolean(element);
}

// What opens an entry: its form, or for a disclaimer that is asked for, the button that attaches it.
function opener(entry) {
  return entry.querySelector("a.open") ?? entry.querySelector(".at-once") ?? entry.querySelector("summary");
}

function send(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
  return true;
}

function jump(name) {
  const goal = document.getElementById(name);
  if (!goal) return false;
  if (!goal.hasAttribute("tabindex")) goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
  goal.scrollIntoView({ block: "start" });
  return true;
}

function judge(value) {
  const entry = current();
  if (!entry) return false;
  if (choose(entry, value)) return true;
  const link = entry.querySelector("a.open");
  if (!link || !entry.id.startsWith("claim-")) return false;
  verdict = value;
  return press(link);
}

function choose(entry, value) {
  const radio = entry.querySelector(`input[name=verdict][value=${value}]`);
  if (!radio) return false;
  radio.checked = true;
  const form = radio.form;
  form.dispatchEvent(new Event("input", { bubbles: true }));
  const empty = [...form.querySelectorAll("select, textarea, input[name=locator]")].find((one) => !one.value);
  focus(empty ?? radio);
  return true;
}

// Escape closes the form and leaves the keyboard on its entry.
function leave(field) {
  const close = field.form?.querySelector("a.close");
  if (close) return close.click();
  const part = field.closest("details[open]");
  if (!part) return field.blur();
  part.open = false;
  part.querySelector("summary").focus();
}

document.addEventListener("signoff:screen", (event) => {
  showSwitch();
  const entry = current();
  if (verdict && entry && !event.detail.form) choose(entry, verdict);
  verdict = null;
});

// --- The passage that an entry is about -------------------------------------------------------------

document.addEventListener("focusin", (event) => {
  for (const old of document.querySelectorAll("mark.here")) old.classList.remove("here");
  const entry = event.target.closest?.(".rail .item, .rail .place");
  const link = entry && (entry.closest(".place") ?? entry).querySelector("a[href^='#passage-']");
  const passage = link && document.getElementById(link.hash.slice(1));
  if (!passage) return;
  const kind = ["claim", "finding", "comment", "disclaimer"].find((one) => one in passage.dataset);
  for (const part of document.querySelectorAll(`mark[data-${kind}="${passage.dataset[kind]}"]`)) part.classList.add("here");
  const pane = passage.closest(".frozen");
  if (getComputedStyle(pane).overflowY === "auto") comfortably(passage, pane);
});

// Nothing moves while the passage can be read; else it comes to the middle.
function comfortably(passage, pane) {
  const [seen, frame] = [passage.getBoundingClientRect(), pane.getBoundingClientRect()];
  const margin = 40;
  if (seen.top < frame.top + margin || seen.bottom > frame.bottom - margin) passage.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const pin = event.target.closest?.(".frozen a.pin");
  const entry = pin && document.getElementById(pin.hash.slice(1));
  if (!entry) return;
  event.preventDefault();
  const part = entry.closest("details:not([open])");
  if (part) part.open = true;
  if (!entry.hasAttribute("tabindex")) entry.tabIndex = -1;
  focus(entry);
});

// --- The sheet ----------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys]")) SHEET.showModal();
});

SWITCH.addEventListener("change", () => {
  if (SWITCH.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
});

function showSwitch() {
  for (const button of document.querySelectorAll("[data-keys]")) button.hidden = false;
}

SWITCH.checked = !localStorage.getItem(OFF);
showSwitch();
