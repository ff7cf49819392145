"""The database says no too: what is published, issued or written down cannot be changed."""

from django.db import migrations

from pledges.migrations import guards


class Migration(migrations.Migration):
    dependencies = [("pledges", "0001_initial")]
    operations = [guards.upgrade(guards.NONE, 1)]
