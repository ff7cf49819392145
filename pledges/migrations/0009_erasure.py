"""Erasure: a last state of pledges, in which what is personal is blank, and the only way into it."""

import django.core.validators
from django.db import migrations, models

import pledges.core.lifecycle

# As in 0002_guards, with one more step: into erasure everything personal is blanked, at once and
# for good, and nothing else is touched.
PLEDGE = """
CREATE OR REPLACE FUNCTION shounuo_guard_pledge() RETURNS trigger LANGUAGE plpgsql AS $$
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
    %s
    ELSE
        free := '{}';
    END IF;
    IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this change of a signed pledge is not possible: %%', step
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
INTO_ERASURE = """ELSIF step IN ('draft>erased', 'returned>erased', 'revoked>erased')
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{
            "status": "erased", "answers": {}, "signer_name": "", "signer_employee_number": "",
            "signer_department": "", "content_digest": "", "revocation_reason": ""
        }' THEN
        RETURN NEW;"""

# What was written once about a pledge is blanked or deleted when the pledge is erased, not before.
# The argument says to what; without one, the row goes.
PARTS = """
CREATE FUNCTION shounuo_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pledges_pledge WHERE id = OLD.pledge_id AND status = 'erased') THEN
        IF TG_OP = 'DELETE' AND TG_NARGS = 0 THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND TG_NARGS = 1
            AND to_jsonb(NEW) = to_jsonb(OLD) || TG_ARGV[0]::jsonb THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is not possible: it is kept as it was written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BLANK = {
    "pledges_signature": """'{
        "strokes": [], "typed": "", "assertion": {}, "totp_step": null,
        "client_address": null, "user_agent": ""
    }'""",
    "pledges_returnreason": """'{"text": ""}'""",
    "pledges_commitment": "",
}


def _written_once(table, function):
    return f"""
DROP TRIGGER written_once ON {table};
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER written_once;
"""


FORWARD = "".join(
    [PLEDGE % INTO_ERASURE, PARTS]
    + [_written_once(table, f"shounuo_guard_part({blank})") for table, blank in BLANK.items()]
)
BACKWARD = "".join(
    [PLEDGE % ""]
    + [_written_once(table, "shounuo_refuse()") for table in BLANK]
    + ["DROP FUNCTION shounuo_guard_part();"]
)


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0008_document_level"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_signed_is_complete",
        ),
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_judged_is_complete",
        ),
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="erased"),
        ),
        migrations.AddField(
            model_name="pledgetemplate",
            name="retention_years",
            field=models.PositiveSmallIntegerField(
                default=10,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
                help_text="Counted from the last thing that happened to a pledge.",
                verbose_name="retention period in years",
            ),
        ),
        migrations.AlterField(
            model_name="pledge",
            name="status",
            field=models.CharField(
                choices=[
                    (pledges.core.lifecycle.PledgeState["DRAFT"], "To be signed"),
                    (
                        pledges.core.lifecycle.PledgeState["SIGNED"],
                        "Signed, awaiting compliance review",
                    ),
                    (pledges.core.lifecycle.PledgeState["RETURNED"], "Returned"),
                    (pledges.core.lifecycle.PledgeState["ACCEPTED"], "In force"),
                    (pledges.core.lifecycle.PledgeState["REVOKED"], "Revoked"),
                    (pledges.core.lifecycle.PledgeState["ERASED"], "Erased"),
                ],
                default=pledges.core.lifecycle.PledgeState["DRAFT"],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("contact", ""),
                        ("email", ""),
                        ("is_active", False),
                        ("name", "—"),
                        ("position", ""),
                    ),
                    _connector="OR",
                ),
                name="person_erased_is_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_at__isnull", True),
                        ("status", pledges.core.lifecycle.PledgeState["DRAFT"]),
                    ),
                    models.Q(
                        ("answers", {}),
                        ("content_digest", ""),
                        ("signer_name", ""),
                        ("status", pledges.core.lifecycle.PledgeState["ERASED"]),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "status__in",
                                [
                                    pledges.core.lifecycle.PledgeState["DRAFT"],
                                    pledges.core.lifecycle.PledgeState["ERASED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("number__isnull", False),
                        ("signed_at__isnull", False),
                        models.Q(("signer_name", ""), _negated=True),
                        models.Q(("document_digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pledge_signed_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reviewed_at__isnull", True),
                        (
                            "status__in",
                            [
                                pledges.core.lifecycle.PledgeState["DRAFT"],
                                pledges.core.lifecycle.PledgeState["SIGNED"],
                            ],
                        ),
                    ),
                    models.Q(
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        (
                            "status__in",
                            [
                                pledges.core.lifecycle.PledgeState["RETURNED"],
                                pledges.core.lifecycle.PledgeState["ACCEPTED"],
                                pledges.core.lifecycle.PledgeState["REVOKED"],
                            ],
                        ),
                    ),
                    ("status", pledges.core.lifecycle.PledgeState["ERASED"]),
                    _connector="OR",
                ),
                name="pledge_judged_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledgetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_years__gte", 1), ("retention_years__lte", 100)),
                name="template_retention_in_reason",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
