"""The groups that stand for roles, and the one organisation, with a name to be replaced."""

from django.db import migrations

ROLES = ("manager", "compliance", "hr", "auditor", "administrator")


def make(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for role in ROLES:
        group.objects.get_or_create(name=role)
    apps.get_model("pledges", "Organisation").objects.get_or_create(
        pk=1, defaults={"name_zh": "本公司", "name_en": "The Company"}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0002_guards"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
