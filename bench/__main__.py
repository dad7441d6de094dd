"""`python -m bench`: every measurement, each a module here with a `main()`."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The tests' environment: measurements never touch a real site's database.
import tests.environment  # noqa: E402, F401

import django  # noqa: E402

django.setup()

from bench import spine  # noqa: E402

spine.main()
