"""`manage.py check_served [SLUG ...]`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import Publication
from reviews.served import check_page


class Command(BaseCommand):
    help = "Fetch live pages as readers do and prove that their disclaimers are seen; non-zero if one is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="pages by the last part of their address; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        live = Publication.objects.filter(status=Publication.Status.LIVE).order_by("pk")
        if options["slug"]:
            live = live.filter(slug__in=options["slug"])
            if unknown := sorted(set(options["slug"]) - set(live.values_list("slug", flat=True))):
                raise CommandError(f"Nothing is live at: {', '.join(unknown)}.")
        checked = wrong = 0
        for pk, slug in live.values_list("pk", "slug"):
            try:
                check = check_page(pk)
            except OSError as error:
                raise CommandError(f"/articles/{slug}/ could not be fetched: {error}.") from error
            if check is None:
                continue
            checked += 1
            wrong += bool(check.problems)
            for problem in check.problems:
                self.stdout.write(f"/articles/{slug}/: {problem}")
        self.stdout.write(
            f"Checked {checked} page{'s' * (checked != 1)}: {f'{wrong} wrong' if wrong else 'all is well'}."
        )
        if wrong:
            raise SystemExit(1)
