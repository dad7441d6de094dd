"""`manage.py publish_due [--json]`"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reviews import workflow
from reviews.models import Review


class Command(BaseCommand):
    help = "Publish every scheduled article whose hour has come; exits non-zero when the gate refused one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        due = Review.objects.filter(status=Review.Status.SCHEDULED, scheduled_for__lte=timezone.now())
        results = []
        for review in due.select_related("article").order_by("scheduled_for"):
            published = workflow.publish_scheduled(review)
            if published is None and review.status != Review.Status.IN_REVIEW:
                continue  # a worker was faster, or the hour was moved
            results.append(
                {"review": review.pk, "slug": review.article.slug, "published": published is not None}
            )
        if options["json"]:
            self.stdout.write(json.dumps(results))
        else:
            for result in results:
                word = "published" if result["published"] else "refused, back in review"
                self.stdout.write(f"{result['slug']}: {word}")
            self.stdout.write(f"{sum(bool(r['published']) for r in results)} of {len(results)} published.")
        if not all(r["published"] for r in results):
            raise SystemExit(1)
