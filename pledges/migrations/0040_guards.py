"""The guards of everything that an organisation keeps about its people and its signing tasks."""

from django.db import migrations

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0030_taskcore"),
        ("pledges", "0033_notices"),
        ("pledges", "0031_records"),
        ("pledges", "0030_withdrawing"),
        ("pledges", "0026_organisation"),
        ("pledges", "0032_rosters"),
        ("pledges", "0034_people_pages"),
        ("pledges", "0035_papers"),
    ]

    operations = [guards.upgrade(8, 9)]
