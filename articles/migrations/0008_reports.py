from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportSalt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("salt", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="ReaderReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "edition",
                    models.PositiveIntegerField(
                        help_text="The number of the edition that the reader had open."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mistake", "A mistake in the text"),
                            ("source", "A source that does not say this"),
                            ("outdated", "Something is out of date"),
                            ("unsafe", "Unsafe advice"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "passage",
                    models.TextField(
                        blank=True, help_text="The words that it is about, as the reader quotes them."
                    ),
                ),
                (
                    "text",
                    models.TextField(blank=True, help_text="What is wrong; empty once it was forgotten."),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                (
                    "sender",
                    models.CharField(
                        blank=True,
                        help_text="Keyed hash of the sender’s address, of no use after its day.",
                        max_length=64,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="The same form with the same words, once.", max_length=64, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(db_index=True)),
                ("forget_at", models.DateTimeField(help_text="When what the reader typed is forgotten.")),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                (
                    "publication",
                    models.ForeignKey(
                        help_text="What was live when it came.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="articles.publication",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", True)),
                        fields=["forget_at"],
                        name="reader_report_to_forget",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["mistake", "source", "outdated", "unsafe", "other"])
                        ),
                        name="reader_report_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("edition__gte", 1)), name="reader_report_of_an_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("forgotten_at__isnull", True), models.Q(("text", ""), _negated=True)),
                            models.Q(
                                ("email", ""),
                                ("forgotten_at__isnull", False),
                                ("passage", ""),
                                ("sender", ""),
                                ("text", ""),
                            ),
                            _connector="OR",
                        ),
                        name="reader_report_forgotten_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reads",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="Its first day.")),
                ("count", models.PositiveBigIntegerField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reads",
                        to="articles.article",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reads",
                "ordering": ["-month", "-count"],
                "indexes": [models.Index(fields=["month", "-count", "article"], name="reads_most_first")],
                "constraints": [
                    models.UniqueConstraint(fields=("article", "month"), name="reads_once_a_month"),
                    models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="reads_at_least_once"),
                ],
            },
        ),
    ]
