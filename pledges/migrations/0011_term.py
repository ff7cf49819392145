"""Terms: a version may say for how long its pledges bind; one whose term has passed is expired."""

import django.core.validators
from django.db import migrations, models

import pledges.core.lifecycle

# As in 0009_erasure, with one more state: into it a pledge passes as it is, and out of it only
# into erasure.
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
    %(expiry)sELSIF step = 'accepted>revoked' THEN
        free := '{status,revoked_at,revoked_by_id,revocation_reason}';
    ELSIF step IN (%(erasable)s)
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{
            "status": "erased", "answers": {}, "signer_name": "", "signer_employee_number": "",
            "signer_department": "", "content_digest": "", "revocation_reason": ""
        }' THEN
        RETURN NEW;
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
ERASABLE = "'draft>erased', 'returned>erased', 'revoked>erased'"
FORWARD = PLEDGE % {
    "expiry": "ELSIF step = 'accepted>expired' THEN\n        free := '{status}';\n    ",
    "erasable": f"{ERASABLE}, 'expired>erased'",
}
BACKWARD = PLEDGE % {"expiry": "", "erasable": ERASABLE}


def refuse_to_lose_terms(apps, schema_editor):
    """Backwards, the terms would be gone, and with them what the versions' digests cover."""
    pledge = apps.get_model("pledges", "Pledge")
    version = apps.get_model("pledges", "TemplateVersion")
    if (
        version.objects.filter(term_months__isnull=False).exists()
        or pledge.objects.filter(ends_on__isnull=False).exists()
    ):
        raise migrations.exceptions.IrreversibleError(
            "There are template versions or pledges with a term: what they say cannot be taken back."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0010_employee_number"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pledge",
            name="pledge_judged_is_complete",
        ),
        migrations.AddField(
            model_name="pledge",
            name="ends_on",
            field=models.DateField(null=True, verbose_name="last day of its term"),
        ),
        migrations.AddField(
            model_name="templateversion",
            name="term_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="For how long a pledge binds from its signing; empty: until it is revoked.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(600),
                ],
                verbose_name="term in months",
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
                    (pledges.core.lifecycle.PledgeState["EXPIRED"], "Expired"),
                    (pledges.core.lifecycle.PledgeState["ERASED"], "Erased"),
                ],
                default=pledges.core.lifecycle.PledgeState["DRAFT"],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", pledges.core.lifecycle.PledgeState["EXPIRED"]), _negated=True
                    ),
                    ("ends_on__isnull", False),
                    _connector="OR",
                ),
                name="pledge_expired_had_a_term",
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
                                pledges.core.lifecycle.PledgeState["EXPIRED"],
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
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("signed_at__isnull", False), _connector="OR"
                ),
                name="pledge_term_comes_with_the_signing",
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("term_months__isnull", True),
                    models.Q(("term_months__gte", 1), ("term_months__lte", 600)),
                    _connector="OR",
                ),
                name="version_term_in_reason",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose_terms),
    ]
