"""The settings under which `bench.public` serves the site: its own, with one address more."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.addresses"
