"""PubMed: works, and the notices on them, by PMID, PMCID or DOI (E-utilities, NBK25499; NLM's PubMed DTD)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from articles.sources.evidence import Evidence, design_of, participants_in
from articles.sources.identifiers import identifiers_in
from articles.sources.natures import nature_named
from articles.sources.registries import (
    Found,
    NoticeSeen,
    doi_in,
    nothing,
    notices_in_title,
    plain,
)
from articles.sources.registries.client import Answer, ask, json_of, question
from articles.sources.works import Work

NAME = "PubMed"
INTERVAL = 0.34
"""Seconds; without a key PubMed allows three questions a second."""

_ON_IT = (
    "RetractionIn", "PartialRetractionIn", "RetractedandRepublishedIn", "ExpressionOfConcernIn", "ErratumIn",
    "CorrectedandRepublishedIn",
)  # fmt: skip
_ON_OTHERS = ("RetractionOf", "PartialRetractionOf", "ExpressionOfConcernFor", "ErratumFor")
_PREPRINT_SERVERS = re.compile(r"\b(?:medRxiv|bioRxiv|arXiv|Res(?:earch)? Sq(?:uare)?|SSRN|preprint)", re.I)


def look_up(identifier: str, *, etag: str = "", last_modified: str = "") -> Found:
    """What PubMed knows of a PMID, a PMCID (“PMC…”) or a DOI; never raises.

    The last two are searched for first, and the record found must have that very identifier.
    """
    pmid, pmcid, doi = _told_apart(identifier)
    if not (pmid or pmcid or doi):
        return nothing(Answer("unknown"), "This is no PMID, PMCID or DOI, so PubMed was not asked.")
    if not pmid:
        answer, pmid = _pmid_of(f'"{doi}"[doi]' if doi else f"{pmcid}[pmcid]")
        if not pmid:
            return nothing(answer)
    url = _question("efetch.fcgi", id=pmid, retmode="xml")
    answer = ask(url, etag=etag, last_modified=last_modified, registry=NAME, accept="*/*", interval=INTERVAL)
    found = read(answer, identifier)
    if found.work and found.work.pmid != pmid:
        return nothing(answer, "PubMed answered about another work.")
    return found


def read(answer: Answer, identifier: str) -> Found:
    """What an answer to “efetch” says of a PMID, PMCID or DOI, whenever it came.

    One that holds nothing usable says why.
    """
    pmid, pmcid, doi = _told_apart(identifier)
    if answer.outcome != "found":
        return nothing(answer)
    root = _parsed(answer.body)
    if root is None or root.tag != "PubmedArticleSet":
        return nothing(answer, "PubMed gave an answer that cannot be read.")
    record = next((entry for entry in root if isinstance(entry.tag, str)), None)
    if record is None:
        return nothing(Answer("absent", answer.status, problem="PubMed does not know this identifier."))
    work = work_from(record)
    if (pmid and work.pmid != pmid) or (pmcid and work.pmcid != pmcid) or (doi and work.doi != doi):
        return nothing(answer, "PubMed answered about another work.")
    notices, announces = notices_from(record)
    return Found(work, evidence_from(record), notices, answer, announces)


def _told_apart(identifier: str) -> tuple[str, str, str]:
    """PMID, PMCID and DOI, of which at most one is not empty."""
    wanted = identifier.strip()
    pmid = wanted if re.fullmatch(r"[1-9][0-9]{0,9}", wanted) else ""
    pmcid = wanted.upper() if re.fullmatch(r"PMC[1-9][0-9]{0,9}", wanted, re.IGNORECASE) else ""
    return pmid, pmcid, "" if pmid or pmcid else doi_in(wanted)


def _question(tool: str, **query: str) -> str:
    return question("PUBMED_URL", tool, contact="email", db="pubmed", **query, tool="signoff")


def _pmid_of(term: str) -> tuple[Answer, str]:
    """The one PMID that a search finds; none or several are “absent”."""
    answer = ask(_question("esearch.fcgi", term=term, retmode="json"), registry=NAME, interval=INTERVAL)
    content, answer = json_of(answer, registry=NAME)
    if answer.outcome != "found":
        return answer, ""
    result = content.get("esearchresult")
    found = result.get("idlist") if isinstance(result, dict) else None
    if not isinstance(found, list):
        return nothing(answer, "PubMed gave an answer that cannot be read.").answer, ""
    if len(found) == 1 and re.fullmatch(r"[1-9][0-9]{0,9}", str(found[0])):
        return answer, str(found[0])
    return Answer("absent", answer.status, problem="PubMed does not know this identifier."), ""


def _parsed(body: bytes) -> etree._Element | None:
    """The root of an XML answer. Nothing is loaded for it, and one that defines entities is not read."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    dtd: Any = root.getroottree().docinfo.internalDTD
    return None if dtd is not None and dtd.entities() else root


# --- The record -------------------------------------------------------------------------------------


def work_from(record: etree._Element) -> Work:
    """A `PubmedArticle` or `PubmedBookArticle` as a Work; what has an unexpected shape is left out."""
    title = _title(record)
    book = record.tag == "PubmedBookArticle"
    design = design_of(title, _types(record))
    kind = "book" if book else _KIND_OF.get(design, "journal-article")
    ids = {entry.get("IdType"): plain(entry.text) for entry in record.iterfind("*/ArticleIdList/ArticleId")}
    year = re.match(r"\d{4}", _text(record, ".//PubDate/Year") or _text(record, ".//PubDate/MedlineDate"))
    return Work(
        kind=kind,
        title=title,
        authors=tuple(_people(record, "authors")),
        editors=tuple(_people(record, "editors")),
        container=_text(record, ".//Journal/Title") or _text(record, ".//Book/BookTitle"),
        publisher=_text(record, ".//Publisher/PublisherName"),
        place=_text(record, ".//Publisher/PublisherLocation"),
        year=int(year[0]) if year else None,
        volume=_text(record, ".//JournalIssue/Volume"),
        issue=_text(record, ".//JournalIssue/Issue"),
        pages=_text(record, ".//Pagination/MedlinePgn"),
        doi=doi_in(ids.get("doi") or _text(record, ".//Article/ELocationID[@EIdType='doi']")),
        pmid=_text(record, "MedlineCitation/PMID") or _text(record, "BookDocument/PMID"),
        pmcid=ids.get("pmc", ""),
        nct=next(iter(_registered(record)), "") if kind == "trial" else "",
        issn=_text(record, ".//Journal/ISSN"),
    )


_KIND_OF = {
    "systematic-review": "systematic-review",
    "meta-analysis": "systematic-review",
    "randomised-trial": "trial",
    "non-randomised-trial": "trial",
    "guideline": "guideline",
}


def notices_from(record: etree._Element) -> tuple[tuple[NoticeSeen, ...], tuple[NoticeSeen, ...]]:
    """The notices on this work, and those that this record is on other works."""
    title, work = _title(record), work_from(record)
    itself = work.doi or work.pmid
    on_it, is_one = [], []
    for kind, entry in _links(record):
        source = _text(entry, "RefSource")
        named = _doi_named(source)
        if kind in _ON_IT:
            on_it.append(NoticeSeen(nature_named(kind), named, _day(source), source, itself))
        elif kind in _ON_OTHERS:
            about = named or _text(entry, "PMID")
            is_one.append(NoticeSeen(nature_named(kind), work.doi, None, title, about))
    own, other = notices_in_title(title)
    if "Retracted Publication" in _types(record):
        own.append("retracted")
    for kind in own:
        if kind not in {seen.kind for seen in on_it}:
            on_it.append(NoticeSeen(kind, title=title, about=itself))
    if not is_one:
        is_one = [NoticeSeen(kind, doi=work.doi, title=title) for kind in other]
    return tuple(dict.fromkeys(on_it)), tuple(dict.fromkeys(is_one))


def evidence_from(record: etree._Element) -> Evidence:
    """What PubMed says of a work as evidence: its publication types, headings, grants and registrations."""
    types = _types(record)
    headings = [plain(entry.text) for entry in record.iterfind(".//MeshHeading/DescriptorName")]
    people, animals = "Humans" in headings, "Animals" in headings
    preprint = "Preprint" in types
    published, before = "", ""
    for kind, entry in _links(record):
        source = _text(entry, "RefSource")
        if kind == "UpdateIn" and preprint:
            published = published or _doi_named(source)
        elif kind == "UpdateOf" and _PREPRINT_SERVERS.search(source):
            before = before or _doi_named(source)
    abstract = " ".join(_all_text(part) for part in record.iterfind(".//Abstract/AbstractText"))
    agencies = [plain(entry.text) for entry in record.iterfind(".//Grant/Agency")]
    return Evidence(
        publication_types=tuple(types),
        design=design_of(_title(record), [*types, *headings]),
        participants=participants_in(abstract),
        subjects="human" if people else "animal" if animals else "",
        status="preprint" if preprint else "",
        published_as=published,
        preprint_of=before,
        funding=tuple(dict.fromkeys(name for name in agencies if name)),
        conflicts=_text(record, ".//CoiStatement"),
        registered_as=_registered(record),
    )


def _links(record: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for entry in record.iterfind(".//CommentsCorrectionsList/CommentsCorrections"):
        yield entry.get("RefType") or "", entry


def _types(record: etree._Element) -> list[str]:
    return [text for entry in record.iterfind(".//PublicationType") if (text := plain(entry.text))]


def _registered(record: etree._Element) -> tuple[str, ...]:
    numbers = (plain(entry.text).upper() for entry in record.iterfind(".//DataBank//AccessionNumber"))
    return tuple(dict.fromkeys(number for number in numbers if re.fullmatch(r"NCT\d{8}", number)))


def _title(record: etree._Element) -> str:
    title = _text(record, ".//ArticleTitle") or _text(record, ".//VernacularTitle")
    title = title or _text(record, ".//Book/BookTitle")
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title


def _people(record: etree._Element, role: str) -> Iterator[str]:
    for people in record.iterfind(".//AuthorList"):
        if (people.get("Type") or "authors") == role:
            for person in people.iterfind("Author"):
                parts = (_text(person, name) for name in ("LastName", "Initials", "Suffix"))
                name = " ".join(part for part in parts if part) or _text(person, "CollectiveName")
                if name:
                    yield name


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _day(source: str) -> dt.date | None:
    """The day in a RefSource: “Lancet. 2010 Feb 6;375(9713):445. doi: …”."""
    match = re.search(rf"\b(\d{{4}}) ({'|'.join(_MONTHS)}) (\d{{1,2}})\b", source)
    try:
        return dt.date(int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3])) if match else None
    except ValueError:
        return None


def _doi_named(source: str) -> str:
    """The DOI in a RefSource, which names the work in a line of text."""
    return next((found.value for found in identifiers_in(source) if found.kind == "doi"), "")


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else _all_text(found)


def _all_text(element: etree._Element) -> str:
    return plain("".join(str(text) for text in element.itertext()))
