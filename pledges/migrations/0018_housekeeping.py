"""When chores are due, which workers run; and a bulk acceptance that many workers share out."""

from django.db import migrations, models
from django.db.models.functions import Now

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0017_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChoreRun",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(db_default=Now())),
                ("succeeded_at", models.DateTimeField(db_default=Now())),
                ("failed", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="BackgroundWorker",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField(db_default=Now())),
                ("can_seal", models.BooleanField()),
            ],
        ),
        migrations.AddField("acceptanceitem", "taken_until", models.DateTimeField(null=True)),
        migrations.RemoveField("acceptancebatch", "turn"),
        migrations.AddIndex(
            "pledge",
            models.Index(
                condition=models.Q(("ends_on__isnull", False), ("status", "accepted")),
                fields=["ends_on"],
                name="pledge_in_force_with_a_term",
            ),
        ),
        guards.upgrade(5, 6),
    ]
