"""How well screening reads: recall and precision by category, false alarms, speed.

    python bench/screening.py [--blind] [--every N] [--misses [--category NAME]] [--show RULE]

Measured on hand-labelled articles (a list of file, category and exact quote beside the text files). A
hit matches a label when the categories are equal and the spans overlap. The gold standard and the corpus
of health pages lie outside this repository; where they are absent, only our own articles are measured.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import statistics
import sys
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

import tests.environment  # noqa: E402, F401

django.setup()

from articles.documents import Document, document  # noqa: E402
from articles.importing.text import parse  # noqa: E402
from reviews.screening import Hit, screen  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
OWN = ROOT / "tests" / "screening" / "articles"
Span = tuple[int, int]
SECOND_COPIES = ("duplicated_section", "repeated_title")
"""Labels that mean the second place in which their words stand."""


@dataclass(slots=True)
class Score:
    """What one category got right: labels found of labels, hits that match of hits."""

    labels: int = 0
    found: int = 0
    hits: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.labels += other.labels
        self.found += other.found
        self.hits += other.hits
        self.right += other.right

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.hits if self.hits else 1.0

    @property
    def f1(self) -> float:
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def read_file(path: Path) -> Document:
    """A plain-text article as `import_articles` reads it; what no text file says is missing."""
    parsed = parse(path.read_text(encoding="utf-8"))
    return document(title=parsed.title, body=parsed.body_html, dated=False)


def located(text: str, quote: str, *, last: bool = False) -> Span | None:
    """Where `quote` stands in `text`, white space and list marks aside; the last place if so asked."""
    wanted = r"\s+".join(
        re.escape(word) for word in re.sub(r"(?m)^\s*(?:-|\d{1,2}[.)])\s+", "", quote).split()
    )
    places = [match.span() for match in re.finditer(wanted, text)]
    return (places[-1] if last else places[0]) if places else None


def scores(labels: list[dict[str, str]], folder: Path) -> dict[str, Score]:
    """Every category's score over the labelled articles in `folder`."""
    found: dict[str, Score] = defaultdict(Score)
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    for label in labels:
        by_file[label["file"]].append(label)
    for name, entries in by_file.items():
        text = read_file(folder / name)
        hits: dict[str, list[Hit]] = defaultdict(list)
        for hit in screen(text):
            hits[hit.category].append(hit)
        spans: dict[str, list[Span]] = defaultdict(list)
        whole = [h for h in hits["missing_metadata"] if not h.quote]
        for entry in entries:
            category, quote = entry["category"], entry["quote"]
            score = found[category]
            score.labels += 1
            if category == "missing_metadata":  # about the whole article: its quote only anchors it
                continue
            span = located(text.text, quote, last=category in SECOND_COPIES)
            if span is None:
                print(f"{name}: not in the text: {quote[:70]}", file=sys.stderr)
                continue
            spans[category].append(span)
            if any(_overlap(span, (h.start, h.end)) for h in hits[category]):
                score.found += 1
            else:
                score.misses.append(quote)
        missing = found["missing_metadata"]
        labelled = sum(entry["category"] == "missing_metadata" for entry in entries)
        missing.found += min(labelled, len(whole))
        missing.hits += len(whole)
        missing.right += min(labelled, len(whole))
        for category, ones in hits.items():
            score = found[category]
            for hit in ones:
                score.hits += 1
                if category == "missing_metadata" and not hit.quote:
                    score.hits -= 1
                    continue
                right = any(_overlap(span, (hit.start, hit.end)) for span in spans[category])
                score.right += right
                if not right:
                    score.alarms.append(f"{hit.rule}: {hit.quote or hit.message}")
    return found


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def print_scores(title: str, found: dict[str, Score]) -> None:
    print(f"\n{title}\n\n| category | labels | recall | precision | F1 |\n|---|---|---|---|---|")
    total = Score()
    for category, score in sorted(found.items(), key=lambda item: (-item[1].labels, item[0])):
        total.add(score)
        print(
            f"| {category} | {score.labels} | {score.found}/{score.labels} = {score.recall:.2f} "
            f"| {score.right}/{score.hits} = {score.precision:.2f} | {score.f1:.2f} |"
        )
    print(
        f"| **all** | {total.labels} | {total.found}/{total.labels} = {total.recall:.2f} "
        f"| {total.right}/{total.hits} = {total.precision:.2f} | {total.f1:.2f} |"
    )


def flagged_controls(controls: list[dict[str, object]], folder: Path) -> list[str]:
    """The control sentences that are flagged in a category in which they must not be."""
    wrong: list[str] = []
    texts: dict[str, tuple[Document, list[Hit]]] = {}
    for control in controls:
        name, quote = str(control["file"]), str(control["quote"])
        if not name:
            text = document(title="A note", body=f"<p>{quote}</p>", authors=("A. Writer",))
            hits = screen(text)
        else:
            if name not in texts:
                read = read_file(folder / name)
                texts[name] = (read, screen(read))
            text, hits = texts[name]
        span = located(text.text, quote)
        if span is None:
            print(f"control not in the text: {quote[:70]}", file=sys.stderr)
            continue
        never = control["must_not_flag"]
        assert isinstance(never, list)
        wrong += [
            f"{hit.rule}: {hit.quote}"
            for hit in hits
            if hit.category in never and _overlap(span, (hit.start, hit.end))
        ]
    return wrong


# --- False alarms on the pages of health services -------------------------------------------------


def corpus(*sources: str, every: int = 1) -> Iterator[tuple[str, Document]]:
    """Pages of the corpus as documents with an author and a date: those facts stand beside the file."""
    seen: Counter[str] = Counter()
    with gzip.open(SHARED / "corpus" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            if page["source"] not in sources:
                continue
            seen[page["source"]] += 1
            if seen[page["source"]] % every:
                continue
            body = page["body"] if page["format"] == "html" else as_html(page["body"])
            yield (
                page["source"],
                document(title=page["title"], body=body, authors=("A",), dated=True, references=()),
            )


def as_html(text: str) -> str:
    """The little Markdown that the corpus uses: headings, lists, paragraphs."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    out: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        if match := re.match(r"(#{1,4})\s+(.*)", lines[0]):
            level = max(2, len(match[1]))
            out.append(f"<h{level}>{_inline(match[2])}</h{level}>")
            lines = lines[1:]
        items = [re.match(r"\s*(?:[-*+]|\d+\.)\s+(.*)", line) for line in lines]
        if lines and all(items):
            out.append("<ul>" + "".join(f"<li>{_inline(m[1])}</li>" for m in items if m) + "</ul>")
        elif lines:
            out.append(f"<p>{_inline(' '.join(lines))}</p>")
    return "".join(out)


def _inline(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("**", "").replace("__", "")


def false_alarms(every: int, show: str) -> None:
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    words: Counter[str] = Counter()
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for source, page in corpus("medquad_nih", "nhs_beta", "va_gov", every=every):
        words[source] += len(page.text.split())
        for hit in screen(page):
            if hit.category == "missing_metadata":
                continue
            weights[source][hit.severity] += 1
            rules[source][f"{hit.severity} {hit.rule}"] += 1
            if show and hit.rule.startswith(show):
                print(f"    {source} {hit.rule} | {hit.message[:90]} | {hit.quote[:300]}")
    print(
        "\n| pages | words | fix or critical per 2,000 words | resolve per 1,000 words |\n|---|---|---|---|"
    )
    for source, count in words.items():
        weight = weights[source]
        heavy = (weight["fix"] + weight["critical"]) * 2000 / count
        print(f"| {source} | {count:,} | {heavy:.2f} | {weight['resolve'] * 1000 / count:.2f} |")
    for source, counter in rules.items():
        per = ", ".join(f"{rule} {n * 1000 / words[source]:.2f}" for rule, n in counter.most_common(14))
        print(f"  {source}, per 1,000 words: {per}")


# --- Speed ------------------------------------------------------------------------------------------


def speed(texts: Iterable[str]) -> None:
    source = " ".join(texts).split()
    screen(_pages(source, 300))
    print("\n| words | ms | ms per 1,500 words | bytes per word at the peak |\n|---|---|---|---|")
    for size in (1_500, 6_000, 25_000, 100_000):
        page = _pages(source, size)
        rounds = 15 if size < 5_000 else 3
        taken = statistics.median(_seconds(page) for _ in range(rounds)) * 1000
        tracemalloc.start()
        screen(page)
        peak = tracemalloc.get_traced_memory()[1] / size
        tracemalloc.stop()
        print(f"| {size:,} | {taken:.1f} | {taken * 1500 / size:.1f} | {peak:,.0f} |")


def _pages(source: list[str], size: int) -> Document:
    many = (source * (size // len(source) + 1))[:size]
    # Numbered, so that no paragraph is a copy of an earlier one.
    paragraphs = [" ".join(many[at : at + 80]) + f" And {at}." for at in range(0, size, 80)]
    return document(title="Long", body="".join(f"<p>{p}</p>" for p in paragraphs), authors=("A",))


def _seconds(page: Document) -> float:
    start = time.process_time()
    screen(page)
    return time.process_time() - start


def main() -> None:
    """Print everything as Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print what was missed and what was wrong")
    parser.add_argument("--category", default="", help="with --misses: only this category")
    parser.add_argument("--every", type=int, default=10, help="read each Nth page of the corpus; 0: none")
    parser.add_argument("--show", default="", metavar="RULE", help="print this rule's hits in the corpus")
    parser.add_argument("--blind", action="store_true", help="measure the articles that no rule was tuned on")
    options = parser.parse_args()
    blind = OWN.parent / "blind"
    sets = [("Our own articles", OWN / "labels.json", OWN / "controls.json", OWN)]
    if options.blind:
        sets.append(("Never tuned on", blind / "labels.json", blind / "controls.json", blind))
    if (SHARED / "screening").is_dir():
        gold = SHARED / "screening"
        sets.insert(0, ("Gold standard", gold / "gold.json", gold / "controls.json", SHARED / "seeds"))
    for title, labels, controls, folder in sets:
        if not labels.exists():
            continue
        found = scores(json.loads(labels.read_text(encoding="utf-8")), folder)
        print_scores(title, found)
        wrong = flagged_controls(json.loads(controls.read_text(encoding="utf-8")), folder)
        print(f"\nControls wrongly flagged: {len(wrong)}")
        for line in wrong:
            print("   ", line)
        if options.misses:
            for category, score in found.items():
                if options.category in ("", category):
                    print(f"\n{category}: missed", *score.misses, sep="\n   - ")
                    print(f"{category}: wrong", *score.alarms, sep="\n   + ")
    if (SHARED / "corpus").is_dir() and options.every:
        false_alarms(options.every, options.show)
    texts = sorted((SHARED / "seeds").glob("*.txt")) or sorted(OWN.glob("*.txt"))
    if texts:
        speed(path.read_text(encoding="utf-8") for path in texts)


if __name__ == "__main__":
    main()
