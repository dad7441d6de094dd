"""Two processes write what they counted at the same moment, and the database adds up."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db import connection

from articles.models import Reads
from config.environment import ROOT
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = """
import json, sys
import django
from django.conf import settings
settings.DATABASES["default"] |= json.loads(sys.argv[1])
django.setup()
from articles import readership
articles = json.loads(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(50):
    readership._counted.update({article: 2 for article in articles})
    readership.write()
"""


def test_no_view_is_lost_and_nobody_waits_for_ever(cast: SimpleNamespace) -> None:
    articles = [factories.draft(cast.writer).pk for _ in range(20)]
    known = connection.settings_dict
    where = {key: known[key] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    where["NAME"] = str(where["NAME"])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "COUNT_READS": "true"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, json.dumps(where), json.dumps(order)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for order in (articles, articles[::-1])
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert dict(Reads.objects.values_list("article", "count")) == dict.fromkeys(articles, 200)
    assert {month.day for month in Reads.objects.values_list("month", flat=True)} == {1}
    assert isinstance(Reads.objects.latest("pk").month, dt.date)
