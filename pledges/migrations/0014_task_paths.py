"""What was queued for a task by its former name is worked off by its present one."""

from django.db import migrations

MOVED = {"pledges.tasks.accept_slice": "pledges.actions.batches.accept_slice"}


def rename(apps, schema_editor):
    for former, present in MOVED.items():
        _rename(apps, former, present)


def rename_back(apps, schema_editor):
    for former, present in MOVED.items():
        _rename(apps, present, former)


def _rename(apps, path, other):
    queued = apps.get_model("django_tasks_database", "DBTaskResult").objects
    queued.filter(task_path=path).update(task_path=other)


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0013_intent_organisation"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]
    operations = [migrations.RunPython(rename, rename_back)]
