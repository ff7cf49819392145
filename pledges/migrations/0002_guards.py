"""The database says no too: what is published, issued or written down cannot be changed."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION shounuo_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not possible: it is kept as it was written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

# A version that is not a draft may only go from published to retired, and take its time with it.
VERSION = """
CREATE FUNCTION shounuo_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE'
        AND OLD.status = 'published' AND NEW.status = 'retired'
        AND to_jsonb(OLD) - '{status,retired_at}'::text[]
            = to_jsonb(NEW) - '{status,retired_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a published version is not possible', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER version_guard BEFORE UPDATE OR DELETE ON pledges_templateversion
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_version();
ALTER TABLE pledges_templateversion ENABLE ALWAYS TRIGGER version_guard;
"""

# The states a pledge may pass through, and the columns each step may write; a number once
# given is kept, and nothing that was signed is deleted.
PLEDGE = """
CREATE FUNCTION shounuo_guard_pledge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := OLD.status || '>' || COALESCE(NEW.status, '');
    free text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status = 'draft' AND OLD.number IS NULL THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'DELETE of a numbered pledge is not possible'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number THEN
        RAISE EXCEPTION 'a pledge number is never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF step IN ('draft>draft', 'draft>signed') THEN
        RETURN NEW;
    ELSIF step IN ('signed>accepted', 'signed>returned') THEN
        free := '{status,reviewed_at,reviewed_by_id}';
    ELSIF step = 'accepted>revoked' THEN
        free := '{status,revoked_at,revoked_by_id,revocation_reason}';
    ELSE
        free := '{}';
    END IF;
    IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this change of a signed pledge is not possible: %', step
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER pledge_guard BEFORE UPDATE OR DELETE ON pledges_pledge
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_pledge();
ALTER TABLE pledges_pledge ENABLE ALWAYS TRIGGER pledge_guard;
"""

WRITTEN_ONCE = (
    "pledges_ledgerentry",
    "pledges_document",
    "pledges_signature",
    "pledges_commitment",
    "pledges_returnreason",
    "pledges_versionfont",
)
GUARDED = (*WRITTEN_ONCE, "pledges_templateversion", "pledges_pledge")


def _write_once(table: str) -> str:
    return f"""
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER written_once;
"""


def _no_truncate(table: str) -> str:
    return f"""
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_truncate;
"""


FORWARD = "".join(
    (REFUSE, VERSION, PLEDGE, *map(_write_once, WRITTEN_ONCE), *map(_no_truncate, GUARDED))
)
BACKWARD = "".join(
    [f"DROP TRIGGER no_truncate ON {table};" for table in GUARDED]
    + [f"DROP TRIGGER written_once ON {table};" for table in WRITTEN_ONCE]
    + [
        "DROP TRIGGER version_guard ON pledges_templateversion;",
        "DROP TRIGGER pledge_guard ON pledges_pledge;",
        "DROP FUNCTION shounuo_guard_pledge();",
        "DROP FUNCTION shounuo_guard_version();",
        "DROP FUNCTION shounuo_refuse();",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("pledges", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
