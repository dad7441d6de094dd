from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0008_reports"),
        ("reviews", "0006_crisis_place"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("retracted", "A source was retracted"),
                    ("withdrawn", "A source was withdrawn"),
                    ("concern", "An expression of concern about a source"),
                    ("corrected", "A source was corrected"),
                    ("gone", "A web source is gone"),
                    ("changed", "A web source changed"),
                    ("review_overdue", "The page's next review is overdue"),
                    ("reader_report", "Readers report a problem"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision", ""), ("kind", "reader_report")),
                fields=("article",),
                name="alert_reports_open_once",
            ),
        ),
        migrations.AddField(
            model_name="alertreport",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="reviews.alert"
            ),
        ),
        migrations.AddField(
            model_name="alertreport",
            name="report",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="in_alert",
                to="articles.readerreport",
            ),
        ),
    ]
