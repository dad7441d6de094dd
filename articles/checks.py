"""`manage.py check --database default`: are the guards in the database?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from articles import guards


@register(Tags.database)
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """An error for each guard that a migrated database lacks; nothing for one not migrated yet.

    `migrate` runs the checks first and puts the guards back last: it is not stopped from doing so.
    """
    if sys.argv[1:2] == ["migrate"]:
        return []
    errors: list[CheckMessage] = []
    for using in databases or ():
        tables = set(connections[using].introspection.table_names())
        watched = {guard.name: guard.table for guard in guards.REGISTRY}
        errors += [
            Error(
                f"The guard {name} is missing from the database “{using}”, or is not what it should be.",
                hint="Run `manage.py migrate`; it puts every guard back.",
                id="articles.E001",
            )
            for name in guards.missing(using)
            if watched[name] in tables
        ]
    return errors
