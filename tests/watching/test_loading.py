"""`load_retractions`: what files say, what they do not, and that nothing that was loaded is lost or doubled."""

from __future__ import annotations

import gzip
import json
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reviews import audit
from reviews.models import Event, RetractionRecord, RetractionSet
from reviews.retractions import loading
from reviews.retractions.loading import CutOff, LoadedElsewhere, load, newest
from reviews.retractions.reading import rows
from tests.watching.files import as_csv, file, watched

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
UPDATES = DATA / "retractions" / "updates.jsonl.gz"
real = pytest.mark.skipif(not UPDATES.exists(), reason=f"test material is absent: {UPDATES}")


def command(path: Path, *args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("load_retractions", str(path), *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def stored() -> list[dict[str, Any]]:
    return list(RetractionRecord.objects.order_by("key").values())


# --- Files that are something else ------------------------------------------------------------------

WRONG: dict[str, tuple[str | bytes, str]] = {
    "empty.csv": ("", "is empty"),
    "blank.csv": ("\n\n", "neither the Retraction Watch CSV"),
    "letter.txt": ("Dear editor,\nplease find enclosed\n", "neither the Retraction Watch CSV"),
    "other.csv": ("a,b,c\n1,2,3\n", "neither the Retraction Watch CSV"),
    "header.csv": (as_csv(), "no retraction record"),
    "other.jsonl": ('{"a": 1}\n{"b": 2}\n', "no retraction record"),
    "archive.zip": (b"PK\x03\x04" + b"\0" * 50, "ZIP archive"),
    "noise.bin": (random.Random(4).randbytes(5000), "neither the Retraction Watch CSV"),
    "half.csv.gz": ("", "is empty"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_changes_nothing(tmp_path: Path, name: str) -> None:
    content, sentence = WRONG[name]
    path = file(tmp_path, content, name)
    with pytest.raises(CommandError, match=sentence):
        command(path)
    assert RetractionSet.objects.count() == RetractionRecord.objects.count() == Event.objects.count() == 0


@pytest.mark.django_db
def test_no_file_and_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        command(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        command(tmp_path)
    whole = gzip.compress(as_csv(*(watched(n) for n in range(500))).encode())
    for cut in (whole[:-1], whole[: len(whole) // 2], whole[:-8] + b"x" * 8, whole[:11]):
        path = tmp_path / "cut.csv.gz"
        path.write_bytes(cut)
        with pytest.raises(CommandError, match="is damaged"):
            command(path)
    assert not RetractionSet.objects.exists()


@pytest.mark.django_db
def test_a_cut_file_is_kept_but_never_complete(tmp_path: Path) -> None:
    text = as_csv(watched(1), watched(2))
    with pytest.raises(CutOff, match="is cut off: its last row, at line 3, is not whole"):
        load(file(tmp_path, text[:-60]))
    assert RetractionRecord.objects.count() == 1
    assert newest() is None
    load(file(tmp_path, text))
    assert RetractionRecord.objects.count() == 2
    assert newest() == RetractionSet.objects.latest("pk")


# --- Loading ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_twice_is_once(tmp_path: Path) -> None:
    path = file(tmp_path, as_csv(*(watched(n) for n in range(1, 31))))
    assert "30 records are new, 0 changed." in command(path)[0]
    before = stored(), Event.objects.count()
    assert "was loaded before (30 rows" in command(path)[0]
    assert json.loads(command(path, "--json")[0])["already_loaded"] is True
    assert (stored(), Event.objects.count()) == before
    event = Event.objects.get(action="load_retractions")
    assert event.facts["records"] == 30 and event.after == RetractionSet.objects.get().digest
    assert audit.verify().ok


@pytest.mark.django_db
def test_of_a_newer_file_only_what_is_new(tmp_path: Path) -> None:
    many = [watched(n) for n in range(1, 31)]
    load(file(tmp_path, as_csv(*many)))
    many[4] = watched(5, RetractionDate="4/1/2024")
    many[5] = watched(6, RetractionDate="", Title="")
    summary = json.loads(command(file(tmp_path, as_csv(*many, watched(31))), "--json")[0])
    assert (summary["new"], summary["changed"], summary["rows"]) == (1, 1, 31)
    assert str(RetractionRecord.objects.get(doi="10.1000/work.5").noted_on) == "2024-04-01"
    lacking = RetractionRecord.objects.get(doi="10.1000/work.6")
    assert lacking.title and lacking.noted_on, "what a file does not say takes nothing away"


@pytest.mark.django_db
def test_killed_half_way_and_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 10)
    text = as_csv(*(watched(n) for n in range(1, 35)), watched(35, OriginalPaperDOI="?"))
    write, calls = loading._write, []

    def killed(*args: Any) -> Any:
        result = write(*args)
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(loading, "_write", killed)
    path = file(tmp_path, text)
    with pytest.raises(KeyboardInterrupt):
        load(path)
    known = RetractionSet.objects.get()
    assert (known.position, RetractionRecord.objects.count(), known.finished_at) == (20, 20, None)
    assert newest() is None
    monkeypatch.setattr(loading, "_write", write)
    loaded = load(path)
    assert (loaded.resumed_after, loaded.rows, loaded.new, loaded.problems) == (20, 35, 14, 1)
    known.refresh_from_db()
    assert (known.position, known.records, known.problems) == (35, 34, 1) and known.finished_at
    assert RetractionRecord.objects.count() == 34
    assert load(path).already


@pytest.mark.django_db
def test_two_runs_on_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 10)
    path = file(tmp_path, as_csv(*(watched(n) for n in range(1, 31))))

    def meanwhile(rows: int) -> None:
        if rows == 10:
            load(path)

    with pytest.raises(LoadedElsewhere, match="Another run is loading"):
        load(path, progress=meanwhile)
    assert RetractionRecord.objects.count() == 30
    assert RetractionSet.objects.get().finished_at


@pytest.mark.django_db
def test_what_the_command_says(tmp_path: Path) -> None:
    broken = [watched(n, OriginalPaperDOI="?") for n in range(2, 30)]
    odd = watched(40, RetractionNature="Retraktion")
    out, err = command(file(tmp_path, as_csv(watched(1), *broken, odd)))
    assert "records.csv: 30 rows, 2 notices; 2 records are new, 0 changed." in out
    assert "read as “not known”: “Retraktion” (1)." in out
    assert "28 rows say nothing usable" in out
    assert out.count("  line ") == 20 and "and 8 more" in out
    assert err == ""


@real
@pytest.mark.django_db
def test_the_real_file() -> None:
    read = list(rows(UPDATES))
    assert len(read) == 15_947
    assert all(row.found or row.problem for row in read)
    found = {f.doi + f.notice: f for row in read for f in row.found}
    cochrane = found["10.1002/14651858.cd00000510.1002/14651858.cd000005.pub2"]
    assert (cochrane.nature, cochrane.noted_on) == ("withdrawn", "2006-07-19")  # flagged as not retracted
    out, err = command(UPDATES)
    assert "15947 rows, 15947 notices" in out
    assert err == "10000 rows\n"
    assert RetractionRecord.objects.filter(nature="retracted").count() == 2_402
    assert RetractionRecord.objects.filter(nature="withdrawn").count() == 200
    hidden = RetractionRecord.objects.get(doi="10.1016/s1567-5688(11)70148-9")
    assert (hidden.given, hidden.nature) == ("err", "retracted")
    assert not RetractionRecord.objects.filter(nature="unknown").exists()
