"""What the database refuses by itself: each version of the guards is one SQL file, and whole.

The file with the highest number is in force. A migration says from which version to which it
goes; backwards, it puts the former one in place again.
"""

from pathlib import Path

from django.db.migrations import RunSQL

# A trigger goes with its function, and only the guards' functions have this prefix.
CLEAR = r"""
DO $$
DECLARE
    guard regprocedure;
BEGIN
    FOR guard IN
        SELECT pg_proc.oid FROM pg_proc
        JOIN pg_namespace ON pg_namespace.oid = pg_proc.pronamespace
        WHERE pg_namespace.nspname = current_schema() AND pg_proc.proname LIKE 'shounuo\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', guard);
    END LOOP;
END $$;
"""
NONE = 0


def upgrade(former: int, version: int) -> RunSQL:
    """The step of a migration from one version of the guards to another."""
    return RunSQL(_replace_by(version), _replace_by(former))


def _replace_by(version: int) -> str:
    if version == NONE:
        return CLEAR
    return CLEAR + Path(__file__).with_name(f"v{version}.sql").read_text("utf-8")
