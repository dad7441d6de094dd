// Words selected in the frozen text become a finding, a claim or a comment: a small bar offers it beside
// them, and ] and [ select sentence by sentence, so that no mouse is needed.

const BAR = document.getElementById("pick");
const text = () => document.querySelector(".frozen .text");

document.addEventListener("selectionchange", () => (quote() ? show() : hide()));
document.addEventListener("signoff:pick", (event) => use(event.detail));
document.addEventListener("signoff:sentence", (event) => select(event.detail));
document.addEventListener("signoff:screen", hide);
BAR?.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
BAR?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-form]");
  if (button) use(button.dataset.form);
});
document.querySelector("#screen")?.addEventListener("scroll", hide, { capture: true, passive: true });

function quote() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount || !text()?.contains(selection.getRangeAt(0).commonAncestorContainer)) {
    return "";
  }
  return selection.toString().replace(/\s+/g, " ").trim(); // pins cannot be selected, so they are not in it
}

function show() {
  if (!BAR?.childElementCount) return;
  const place = getSelection().getRangeAt(0).getBoundingClientRect();
  BAR.hidden = false;
  const above = place.top - BAR.offsetHeight - 8;
  BAR.style.top = `${Math.max(4, above > 4 ? above : Math.min(place.bottom + 8, innerHeight - BAR.offsetHeight - 4))}px`;
  BAR.style.left = `${Math.max(4, Math.min(place.left, innerWidth - BAR.offsetWidth - 4))}px`;
}

function hide() {
  if (BAR) BAR.hidden = true;
}

function use(name) {
  const words = quote();
  const part = document.getElementById(name);
  if (!part) return;
  const form = part.querySelector("form");
  part.open = true;
  if (words) form.elements.quote.value = words;
  hide();
  if (words && name === "add-claim") {
    form.requestSubmit();
    return;
  }
  const first = words ? form.querySelector("textarea:not([name=quote])") : form.querySelector("textarea");
  (first ?? form.elements.quote).focus();
  part.scrollIntoView({ block: "nearest" });
  if (words) form.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- Sentence by sentence -------------------------------------------------------------------------

function select(step) {
  const all = sentences();
  if (!all.length) return;
  const selection = getSelection();
  let place = step > 0 ? 0 : all.length - 1;
  if (quote()) {
    const now = selection.getRangeAt(0);
    place =
      step > 0
        ? all.findIndex((one) => one.compareBoundaryPoints(Range.END_TO_START, now) >= 0)
        : all.findLastIndex((one) => one.compareBoundaryPoints(Range.START_TO_END, now) <= 0);
  }
  const chosen = all[place];
  if (!chosen) return;
  selection.removeAllRanges();
  selection.addRange(chosen);
  chosen.startContainer.parentElement.scrollIntoView({ block: "nearest" });
  show();
}

function sentences() {
  const cut = new Intl.Segmenter(document.documentElement.lang, { granularity: "sentence" });
  const found = [];
  for (const block of text().querySelectorAll(".article-title, .article-summary, .article-body :is(p, li, h2, h3, h4, td, th)")) {
    if (block.querySelector("p, li")) continue;
    const nodes = wordsOf(block);
    const whole = nodes.map((node) => node.data).join("");
    for (const { segment, index } of cut.segment(whole)) {
      const words = segment.trim();
      if (!words) continue;
      const start = index + segment.indexOf(words);
      const range = document.createRange();
      range.setStart(...at(nodes, start, false));
      range.setEnd(...at(nodes, start + words.length, true));
      found.push(range);
    }
  }
  return found;
}

function wordsOf(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(".pin") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

function at(nodes, offset, isEnd) {
  for (const node of nodes) {
    if (offset < node.length || (isEnd && offset === node.length)) return [node, offset];
    offset -= node.length;
  }
  const last = nodes.at(-1);
  return [last, last.length];
}
