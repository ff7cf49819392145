"""The guards of everything that an organisation keeps about its people and its signing tasks."""

from django.db import migrations

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0033_papers"),
    ]

    operations = [guards.upgrade(8, 9)]
