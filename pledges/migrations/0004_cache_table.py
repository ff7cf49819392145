"""The table that counts attempts, so that every process and machine counts together."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("pledges", "0003_roles_and_organisation")]
    operations = [
        migrations.RunPython(
            make, lambda apps, schema_editor: schema_editor.execute("DROP TABLE shounuo_cache")
        )
    ]
