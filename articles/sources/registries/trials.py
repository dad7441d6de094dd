"""ClinicalTrials.gov: registered trials by NCT number (API v2, clinicaltrials.gov/data-api/api)."""

from __future__ import annotations

import re
from typing import Any

from articles.sources.evidence import Evidence
from articles.sources.registries import Found, NoticeSeen, nothing, plain
from articles.sources.registries.client import Answer, ask, json_of, question
from articles.sources.works import Work

NAME = "ClinicalTrials.gov"
INTERVAL = 1.2
"""Seconds; about fifty questions a minute are allowed."""


def look_up(nct: str, *, etag: str = "", last_modified: str = "") -> Found:
    """What the registry knows of an NCT number; never raises."""
    wanted = nct.strip().upper()
    if not re.fullmatch(r"NCT[0-9]{8}", wanted):
        return nothing(Answer("unknown"), "This is no NCT number, so ClinicalTrials.gov was not asked.")
    url = question("TRIALS_URL", f"studies/{wanted}", format="json")
    answer = ask(url, etag=etag, last_modified=last_modified, registry=NAME, interval=INTERVAL)
    return read(answer, nct)


def read(answer: Answer, nct: str) -> Found:
    """What an answer says of an NCT number, whenever it came; one that holds nothing usable says why."""
    study, answer = json_of(answer, registry=NAME)
    if answer.outcome != "found":
        return nothing(answer)
    work = work_from(study)
    if work.nct != nct.strip().upper():
        return nothing(answer, "ClinicalTrials.gov answered about another trial.")
    return Found(work, evidence_from(study), notices_from(study), answer)


def work_from(study: dict[str, Any]) -> Work:
    """A registration as a Work: its sponsor as the author, the year in which it was first posted."""
    identity, status = _module(study, "identificationModule"), _module(study, "statusModule")
    nct = plain(identity.get("nctId"))
    posted = plain(_object(status.get("studyFirstPostDateStruct")).get("date"))
    first = posted or plain(status.get("studyFirstSubmitDate"))
    sponsor = plain(_object(_module(study, "sponsorCollaboratorsModule").get("leadSponsor")).get("name"))
    return Work(
        kind="trial",
        title=plain(identity.get("officialTitle")) or plain(identity.get("briefTitle")),
        authors=(sponsor,) if sponsor else (),
        container=NAME,
        year=int(first[:4]) if re.match(r"\d{4}", first) else None,
        nct=nct,
        url=f"https://clinicaltrials.gov/study/{nct}" if nct else "",
    )


def notices_from(study: dict[str, Any]) -> tuple[NoticeSeen, ...]:
    """A trial that was withdrawn: it ended before anybody took part."""
    status = _module(study, "statusModule")
    if status.get("overallStatus") != "WITHDRAWN":
        return ()
    why = plain(status.get("whyStopped"))
    nct = plain(_module(study, "identificationModule").get("nctId"))
    return (NoticeSeen("withdrawn", title=f"Withdrawn before anybody took part. {why}".strip(), about=nct),)


def evidence_from(study: dict[str, Any]) -> Evidence:
    """What a registration says of its trial. Without posted results its design is “protocol”.

    Participants are counted only where the number is the actual one, not an estimate.
    """
    design, status = _module(study, "designModule"), _module(study, "statusModule")
    enrolled = _object(design.get("enrollmentInfo"))
    count = enrolled.get("count")
    actual = enrolled.get("type") == "ACTUAL" and type(count) is int and count >= 0
    sponsors = _module(study, "sponsorCollaboratorsModule")
    payers = [sponsors.get("leadSponsor"), *_list(sponsors.get("collaborators"))]
    named = [plain(_object(payer).get("name")) for payer in payers]
    nct = plain(_module(study, "identificationModule").get("nctId"))
    kinds = [plain(design.get("studyType")), *(plain(p) for p in _list(design.get("phases")))]
    done = study.get("hasResults") is True and status.get("overallStatus") != "WITHDRAWN"
    return Evidence(
        publication_types=tuple(kind for kind in kinds if kind and kind != "NA"),
        design=_design(design) if done else "protocol",
        participants=count if actual else None,
        subjects="human",
        funding=tuple(dict.fromkeys(name for name in named if name)),
        registered_as=(nct,) if nct else (),
    )


def _design(module: dict[str, Any]) -> str:
    info = _object(module.get("designInfo"))
    if module.get("studyType") == "INTERVENTIONAL":
        return "randomised-trial" if info.get("allocation") == "RANDOMIZED" else "non-randomised-trial"
    if info.get("timePerspective") == "CROSS_SECTIONAL":
        return "cross-sectional"
    models = {"COHORT": "cohort", "CASE_CONTROL": "case-control", "CASE_ONLY": "case-series"}
    return models.get(plain(info.get("observationalModel")), "unknown")


def _module(study: dict[str, Any], name: str) -> dict[str, Any]:
    return _object(_object(study.get("protocolSection")).get(name))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
