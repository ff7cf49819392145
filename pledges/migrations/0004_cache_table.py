"""The table that counts attempts, so that every process and machine counts together."""

from django.db import migrations

TABLE = """
CREATE TABLE shounuo_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX shounuo_cache_expires ON shounuo_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("pledges", "0003_roles_and_organisation")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE shounuo_cache")]
