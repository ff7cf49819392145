"""Drafts: who asked for one and why, a reply to a return, discarding; revocations for good."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pledges.migrations import guards


def tell_who_assigned(apps, schema_editor):
    """Of the drafts there are, the ledger says who assigned them."""
    entries = apps.get_model("pledges", "LedgerEntry").objects.filter(event="pledge.assigned")
    drafts = apps.get_model("pledges", "Pledge").objects.filter(status="draft")
    keys = {f"pledge:{key}": key for key in drafts.values_list("pk", flat=True)}
    for entry in entries.filter(subject__in=keys).order_by("sequence"):
        drafts.filter(pk=keys[entry.subject]).update(
            assigned_at=entry.at, assigned_by_id=entry.actor_id
        )


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0024_effect"),
    ]

    operations = [
        migrations.RemoveConstraint("pledge", "pledge_signed_is_complete"),
        migrations.RemoveConstraint("pledge", "pledge_judged_is_complete"),
        migrations.AddField(
            "pledge", "assigned_at", models.DateTimeField(null=True, verbose_name="assigned")
        ),
        migrations.AddField(
            "pledge",
            "assigned_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned by",
            ),
        ),
        migrations.AddField(
            "pledge",
            "assignment_note",
            models.TextField(blank=True, default="", verbose_name="why it was assigned"),
            preserve_default=False,
        ),
        migrations.AddField(
            "pledge",
            "reply",
            models.TextField(
                blank=True, default="", verbose_name="reply to the reasons for return"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "pledge",
            "revoked_for_good",
            models.BooleanField(default=False, verbose_name="not to be signed again"),
        ),
        migrations.AlterField(
            "pledge",
            "status",
            models.CharField(
                choices=[
                    ("draft", "To be signed"),
                    ("signed", "Signed, awaiting compliance review"),
                    ("returned", "Returned"),
                    ("accepted", "In force"),
                    ("revoked", "Revoked"),
                    ("expired", "Expired"),
                    ("discarded", "Discarded"),
                    ("erased", "Erased"),
                ],
                default="draft",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            "pledge",
            models.CheckConstraint(
                name="pledge_signed_is_complete",
                condition=models.Q(status="draft", signed_at__isnull=True)
                | models.Q(status="discarded", signed_at__isnull=True, answers={})
                | models.Q(status="erased", answers={}, signer_name="", content_digest="")
                | (
                    ~models.Q(status__in=["draft", "discarded", "erased"])
                    & models.Q(signed_at__isnull=False, number__isnull=False)
                    & ~models.Q(signer_name="")
                    & ~models.Q(document_digest="")
                ),
            ),
        ),
        migrations.AddConstraint(
            "pledge",
            models.CheckConstraint(
                name="pledge_judged_is_complete",
                condition=models.Q(
                    status__in=["draft", "signed", "discarded"],
                    reviewed_at__isnull=True,
                )
                | models.Q(
                    status__in=["returned", "accepted", "revoked", "expired"],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                )
                | models.Q(status="erased"),
            ),
        ),
        guards.upgrade(7, 8),
        # Last: rows that were just written keep a table from being altered.
        migrations.RunPython(tell_who_assigned, migrations.RunPython.noop),
    ]
