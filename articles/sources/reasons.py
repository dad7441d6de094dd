"""Why a line that looks like an identifier is none, in a sentence for the person who pasted it."""

from __future__ import annotations

import re

from articles.sources.spellings import (
    arxiv,
    compact,
    isbn10_check,
    isbn13_check,
    issn,
    issn_check,
    may_be_date,
)


def reason(line: str) -> str:
    """Why `line`, which `articles.sources.identifiers.identify` does not take, is none."""
    for sentence in (ask(line) for ask in (_book, _journal, _number, _doi, _paper, _address, _bare)):
        if sentence:
            return sentence
    return ""


def _book(line: str) -> str:
    label = re.match(r"[ep]?-?isbn(?:-?1[03](?=[\s:]))?\W*", line, re.IGNORECASE)
    written = line[label.end() :] if label else line
    digits = compact(written)
    if not label and not re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", digits):
        return ""
    if re.search(r"[^0-9X]", digits) or "X" in digits[:-1]:
        return f"ISBN {written} holds something else than digits, hyphens and a final X."
    if len(digits) not in (10, 13):
        return f"ISBN {written} has {len(digits)} digits; an ISBN has 10 or 13."
    if len(set(digits)) == 1:
        return f"ISBN {written} is a filler, not the number of a book."
    if len(digits) == 13 and (digits[:3] not in ("978", "979") or digits[3] + digits[:3] == "0979"):
        return f"ISBN {written} does not begin with 978 or 979-1 to 979-9, as every ISBN of 13 digits does."
    check = isbn13_check(digits) if len(digits) == 13 else isbn10_check(digits)
    if check == digits[-1]:
        return "Ten digits may be another number than an ISBN: write “ISBN” before it if it is one."
    if not label and len(written) == 10:
        return ""
    return f"The check digit of ISBN {written} is wrong: it ends in {digits[-1]} and should end in {check}."


def _journal(line: str) -> str:
    label = re.match(r"[epl]?-?issn(?:-l)?\W*", line, re.IGNORECASE)
    written = line[label.end() :] if label else line
    digits = compact(written)
    if not label and not re.fullmatch(r"\d{4}-\d{3}[\dX]", written, re.IGNORECASE):
        return ""
    if not re.fullmatch(r"\d{7}[\dX]", digits):
        return f"ISSN {written} is none: an ISSN is four digits, a hyphen, three digits and a digit or X."
    check = issn_check(digits)
    if check == digits[-1]:
        return f"{written} may be an ISSN or pages: write “ISSN” before it if it is one."
    return f"The check digit of ISSN {written} is wrong: it ends in {digits[-1]} and should end in {check}."


_NUMBERS = (
    (
        r"(?:pmid|pubmed(?: id)?)\W*(.*)",
        r"\d{1,8}",
        "PMID {} is none: a PMID is one to eight digits.",
    ),
    (
        r"pmc(?:id)?\W*(?:pmc)?(.*)",
        r"\d{1,8}",
        "PMC{} is none: a PMCID is PMC and one to eight digits.",
    ),
    (r"nct\W*(.*)", r"\d{8}", "NCT{} is none: a trial is NCT and eight digits."),
)


def _number(line: str) -> str:
    for label, form, sentence in _NUMBERS:
        found = re.fullmatch(label, line, re.IGNORECASE)
        if found and re.search(r"\d", found[1]) and not re.fullmatch(form, found[1]):
            return sentence.format(found[1])
    return ""


def _doi(line: str) -> str:
    written = re.sub(r"^.{0,60}?(?=10\.)|^doi\W*", "", line, count=1, flags=re.IGNORECASE)
    if not re.search(r"doi", line, re.IGNORECASE) and not re.match(r"10\.\d{4,9}\s?/", line):
        return ""
    if not re.match(r"10\.", written):
        return (
            "A DOI begins with “10.” and four or more digits."
            if re.match(r"doi\b", line, re.IGNORECASE)
            else ""
        )
    if not re.match(r"10\.\s?\d{4,9}(?:\.\d+)*\s?(?:/|%2f)\s?\S", written, re.IGNORECASE):
        return f"The DOI {written} is not whole: the publisher's part comes after “10.”, digits and a slash."
    if re.search(r"\s", written):
        return f"There is a space in the DOI {written}: take it out if all of it is the DOI."
    return f"The DOI {written} holds something that no DOI does, or is too long."


def _paper(line: str) -> str:
    if re.fullmatch(r"\d{4}\.\d{4,5}", line) and arxiv(line):
        return f"{line} may be a number: write “arXiv:” before it if it is one of arXiv."
    if re.match(r"arxiv\W*\d", line, re.IGNORECASE):
        return f"{line} is not written as an arXiv number is: year, month, a dot and four or five digits."
    return ""


def _address(line: str) -> str:
    if re.match(r"https?://[^/\s]*@", line, re.IGNORECASE):
        return "The address holds a user's name, which would be published with it."
    if re.match(r"(?:ftp|file|mailto|javascript|data):", line, re.IGNORECASE):
        return "Only addresses that begin with https:// or http:// are taken."
    if re.match(r"https?:", line, re.IGNORECASE):
        return "The address is not complete, or has a space or another character in it that no address has."
    if re.match(r"www\.\S", line, re.IGNORECASE):
        return "Write the address in full, with https:// before it."
    return ""


def _bare(line: str) -> str:
    if not re.fullmatch(r"\d{1,9}", line):
        return ""
    if len(line) == 8 and issn(line):
        return f"{line} may be a PMID or an ISSN: write which before it."
    if may_be_date(line):
        return f"{line} may be a PMID or a date: write “PMID” before it if it is one."
    return f"{line} alone says too little: write what it is before it, as in “PMID {line}”."
