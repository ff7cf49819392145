"""Counts with windows of any length; the cache table goes, and no queued mail holds a code."""

from django.db import migrations, models
from django.utils import timezone

EMPTIED = "DELETE FROM pledges_requestcount"
CACHE = """
CREATE TABLE shounuo_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX shounuo_cache_expires ON shounuo_cache (expires);
"""
LAPSED, MAIL = "pledges.notices.send_lapsed", "pledges.notices.accounts.send"


def take_out_codes(apps, schema_editor):
    """A passkey's code stood in the task; the mail does without."""
    queued = apps.get_model("django_tasks_database", "DBTaskResult").objects
    queued.filter(task_path=LAPSED).exclude(status="READY").delete()
    for task in queued.filter(task_path=LAPSED):
        person, name, _code = task.args_kwargs["args"]
        task.args_kwargs = {"args": ["passkey_lapsed", person, {"name": name}], "kwargs": {}}
        task.task_path = MAIL
        task.save(update_fields=["args_kwargs", "task_path"])


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0015_sessions"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        # Counts live for a day at most, so nothing is lost.
        migrations.RunSQL(EMPTIED, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="requestcount", name="minute"),
        migrations.AddField(
            model_name="requestcount",
            name="until",
            field=models.DateTimeField(db_index=True, default=timezone.now),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="requestcount",
            name="key",
            field=models.CharField(max_length=100, primary_key=True, serialize=False),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, EMPTIED),
        migrations.RunSQL("DROP TABLE shounuo_cache", CACHE),
        migrations.RunPython(take_out_codes, migrations.RunPython.noop),
    ]
