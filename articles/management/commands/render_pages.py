"""`manage.py render_pages`: what readers' requests are answered from, made anew."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles import pages
from articles.models import Publication

PROGRESS_EVERY = 500


class Command(BaseCommand):
    help = (
        "Make the pages and lists of every live article anew: after SITE_URL or a template of the public "
        "site has changed. The signed articles themselves stay as they are, and the site may go on serving."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object: the number of pages")

    def handle(self, *args: Any, **options: Any) -> None:
        live = Publication.objects.filter(status=Publication.Status.LIVE).count()
        done = 0
        for done, _ in enumerate(pages.render_all(), start=1):
            if done % PROGRESS_EVERY == 0:
                self.stderr.write(f"{done:,} of {live:,} pages")
        self.stdout.write(json.dumps({"pages": done}) if options["json"] else f"{done:,} pages made anew.")
