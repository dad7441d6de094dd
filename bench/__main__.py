"""`python -m bench`: every measurement, each a module here with a `main()`."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The tests' environment: measurements never touch a real site's database.
import django

import tests.environment  # noqa: F401

django.setup()

from bench import spine  # noqa: E402

spine.main()
