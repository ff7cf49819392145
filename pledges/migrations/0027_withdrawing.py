"""Withdrawn pledges; one draft of a template for each person; steps from version to version."""

import hashlib
import json
from datetime import UTC

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

OTHER = ".other"


class Unguarded:
    """Signed pledges are never changed; filling a new column is the exception."""

    def __init__(self, schema_editor):
        self.schema_editor = schema_editor

    def __enter__(self):
        self._alter("DISABLE")

    def __exit__(self, *failure):
        if failure[0] is None:
            # What was deleted is checked now: a table with checks ahead cannot be altered.
            self.schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")
            self._alter("ENABLE ALWAYS")

    def _alter(self, how):
        self.schema_editor.execute(f"ALTER TABLE pledges_pledge {how} TRIGGER pledge_guard")


def one_draft_each(apps, schema_editor):
    """Give each pledge its template; of several drafts of one, keep that on the newest version."""
    with Unguarded(schema_editor):
        schema_editor.execute(
            "UPDATE pledges_pledge SET template_id = version.template_id "
            "FROM pledges_templateversion AS version WHERE version.id = version_id"
        )
        merge_drafts(apps)


def merge_drafts(apps):
    drafts = apps.get_model("pledges", "Pledge").objects.filter(status="draft")
    several = drafts.values("person", "template").order_by()
    for group in several.annotate(count=models.Count("pk")).filter(count__gt=1):
        own = drafts.filter(person=group["person"], template=group["template"])
        kept, *older = own.select_related("version").order_by("-version__number")
        for each in older:
            carry_over(each, kept)
            end(apps, each, kept)
        kept.save()


def carry_over(older, kept):
    """What the older draft has and the kept one has not."""
    kinds = {blank["code"]: blank["kind"] for blank in older.version.blanks}
    answers = dict(kept.answers)
    for blank in kept.version.blanks:
        code = blank["code"]
        if kinds.get(code) != blank["kind"] or answers.get(code):
            continue
        for key in (code, code + OTHER):
            if older.answers.get(key):
                answers[key] = older.answers[key]
    kept.answers = answers
    kept.answers_revision = max(kept.answers_revision, older.answers_revision) + 1
    kept.due_on = kept.due_on or older.due_on
    kept.reply = kept.reply or older.reply
    if kept.assigned_at is None:
        kept.assigned_at, kept.assigned_by_id = older.assigned_at, older.assigned_by_id
        kept.assignment_note = older.assignment_note
    if kept.corrects_id is None and older.corrects_id is not None:
        # Only one may correct a pledge: the older one lets go of it first.
        kept.corrects_id, older.corrects_id = older.corrects_id, None
        older.save(update_fields=["corrects"])


def end(apps, older, kept):
    """A draft without a number goes; one with a number is withdrawn, and the ledger says so."""
    apps.get_model("pledges", "RenderedAhead").objects.filter(pledge=older).delete()
    apps.get_model("pledges", "TaskMember").objects.filter(pledge=older).update(pledge=kept)
    if older.number is None:
        older.delete()
        return
    at = timezone.now()
    older.status, older.withdrawn_why, older.withdrawn_at = "withdrawn", "version-step", at
    older.save(update_fields=["status", "withdrawn_why", "withdrawn_at"])
    tell(apps.get_model("pledges", "LedgerEntry").objects, f"pledge:{older.pk}", at)


def tell(entries, subject, at):
    """Append that a draft was withdrawn, as the ledger's writer would."""
    last = entries.order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    told = {
        "actor": "system",
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": "pledge.withdrawn",
        "facts": {"was": "draft", "why": "version-step"},
        "sequence": sequence,
        "subject": subject,
    }
    leaf = json.dumps(told, separators=(",", ":"), sort_keys=True)
    hashed = hashlib.sha256(b"\x00" + leaf.encode()).digest()
    entries.create(
        sequence=sequence,
        at=at,
        event="pledge.withdrawn",
        actor_id=None,
        subject=subject,
        leaf=leaf,
        leaf_hash=hashed.hex(),
        subtrees=b"".join(completed(entries, sequence, hashed)).hex(),
    )


def completed(entries, sequence, leaf):
    """The hashes of the subtrees that this entry completes, from the smallest upwards."""
    hashes, level = [leaf], 0
    while sequence % (1 << (level + 1)) == 0:
        home = entries.get(sequence=sequence - (1 << level))
        left = home.leaf_hash if level == 0 else home.subtrees[(level - 1) * 64 : level * 64]
        hashes.append(hashlib.sha256(b"\x01" + bytes.fromhex(left) + hashes[-1]).digest())
        level += 1
    return hashes[1:]


def refuse_to_lose(apps, schema_editor):
    """Backwards there is no place for what was withdrawn, nor for how a version was published."""
    pledges = apps.get_model("pledges", "Pledge").objects
    if (
        pledges.filter(withdrawn_at__isnull=False).exists()
        or apps.get_model("pledges", "VersionStep").objects.exists()
        or apps.get_model("pledges", "Proposal").objects.filter(kind="editorial").exists()
    ):
        raise migrations.exceptions.IrreversibleError(
            "There are withdrawn pledges, or steps to new versions: what they say cannot be taken "
            "back."
        )


def person(**options):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


STATUS = models.CharField(
    choices=[
        ("draft", "To be signed"),
        ("signed", "Signed, awaiting compliance review"),
        ("returned", "Returned"),
        ("accepted", "In force"),
        ("revoked", "Revoked"),
        ("expired", "Expired"),
        ("discarded", "Discarded"),
        ("withdrawn", "Withdrawn"),
        ("erased", "Erased"),
    ],
    default="draft",
    max_length=10,
    verbose_name="status",
)
WHY = models.CharField(
    blank=True,
    choices=[
        ("signer", "by its signer, before the review"),
        ("compliance", "by compliance"),
        ("task-cancelled", "the signing task was cancelled"),
        ("left", "its signer has left the company"),
        ("version-step", "a new version took its place"),
    ],
    default="",
    max_length=14,
    verbose_name="why it was withdrawn",
)
STEP = [
    (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    ),
    (
        "kind",
        models.CharField(
            choices=[
                ("editorial", "editorial: nobody needs to sign again"),
                ("material", "material: to be signed again"),
            ],
            max_length=9,
            verbose_name="kind of change",
        ),
    ),
    (
        "drafts",
        models.CharField(
            choices=[
                ("moved", "move to the new version, answers kept"),
                ("until", "may be signed as they are until a day, then move"),
                ("withdrawn", "are withdrawn"),
            ],
            max_length=9,
            verbose_name="open drafts",
        ),
    ),
    ("drafts_until", models.DateField(null=True, verbose_name="drafts may be signed until")),
    ("sign_again_by", models.DateField(null=True, verbose_name="to be signed again by")),
    ("made_at", models.DateTimeField(verbose_name="decided")),
    ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
    (
        "before",
        models.ForeignKey(
            on_delete=django.db.models.deletion.PROTECT,
            related_name="steps_on",
            to="pledges.templateversion",
            verbose_name="from version",
        ),
    ),
    (
        "after",
        models.OneToOneField(
            on_delete=django.db.models.deletion.PROTECT,
            related_name="step",
            to="pledges.templateversion",
            verbose_name="to version",
        ),
    ),
    ("made_by", person(verbose_name="decided by")),
    ("confirmed_by", person(verbose_name="confirmed by")),
]
Q = models.Q
CONSTRAINTS = {
    "pledge": [
        models.UniqueConstraint(
            condition=Q(status="draft"), fields=("person", "template"), name="pledge_one_draft_each"
        ),
        models.CheckConstraint(
            name="pledge_signed_is_complete",
            condition=Q(status="draft", signed_at__isnull=True)
            | Q(status="discarded", signed_at__isnull=True, answers={})
            | Q(status="erased", answers={}, signer_name="", content_digest="")
            | Q(status="withdrawn", signed_at__isnull=True, number__isnull=False)
            | (
                ~Q(status__in=["draft", "discarded", "erased"])
                & Q(signed_at__isnull=False, number__isnull=False)
                & ~Q(signer_name="")
                & ~Q(document_digest="")
            ),
        ),
        models.CheckConstraint(
            name="pledge_withdrawn_is_complete",
            condition=Q(
                status="withdrawn",
                withdrawn_at__isnull=False,
                withdrawn_why__in=[
                    "signer",
                    "compliance",
                    "task-cancelled",
                    "left",
                    "version-step",
                ],
            )
            | Q(status="erased", withdrawal_reason="")
            | (
                ~Q(status__in=["withdrawn", "erased"])
                & Q(withdrawn_at__isnull=True, withdrawn_why="", withdrawal_reason="")
            ),
        ),
        models.CheckConstraint(
            name="pledge_judged_is_complete",
            condition=Q(
                status__in=["draft", "signed", "discarded", "withdrawn"], reviewed_at__isnull=True
            )
            | Q(
                status__in=["returned", "accepted", "revoked", "expired"],
                reviewed_at__isnull=False,
                reviewed_by__isnull=False,
            )
            | Q(status="erased"),
        ),
    ],
    "proposal": [
        models.CheckConstraint(
            name="proposal_is_about_one_thing",
            condition=Q(kind="person", person__isnull=False, template__isnull=True)
            | Q(kind__in=("retention", "editorial"), person__isnull=True, template__isnull=False)
            | Q(kind="two-people", person__isnull=True, template__isnull=True),
        ),
    ],
    "versionstep": [
        models.CheckConstraint(
            name="step_until_has_a_day",
            condition=Q(drafts="until", drafts_until__isnull=False)
            | (~Q(drafts="until") & Q(drafts_until__isnull=True)),
        ),
        models.CheckConstraint(
            name="step_editorial_asks_nobody",
            condition=Q(kind="material") | Q(sign_again_by__isnull=True),
        ),
        models.CheckConstraint(
            name="step_editorial_took_two",
            condition=Q(kind="material")
            | Q(made_by__isnull=True)
            | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
        ),
        models.CheckConstraint(
            name="step_confirmed_by_another",
            condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("made_by")),
        ),
        models.CheckConstraint(name="step_leads_elsewhere", condition=~Q(before=models.F("after"))),
    ],
}
TEMPLATE = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "pledges",
    "to": "pledges.pledgetemplate",
    "verbose_name": "template",
}
# A pledge's template is that of its version: the database compares both columns at once.
OF_ITS_TEMPLATE = """
ALTER TABLE pledges_templateversion
    ADD CONSTRAINT version_with_its_template UNIQUE (id, template_id);
ALTER TABLE pledges_pledge ADD CONSTRAINT pledge_version_is_of_template
    FOREIGN KEY (version_id, template_id) REFERENCES pledges_templateversion (id, template_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
OF_NO_TEMPLATE = """
ALTER TABLE pledges_pledge DROP CONSTRAINT pledge_version_is_of_template;
ALTER TABLE pledges_templateversion DROP CONSTRAINT version_with_its_template;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0026_organisation"),
    ]

    operations = [
        migrations.CreateModel(
            "VersionStep",
            STEP,
            options={
                "verbose_name": "step to a new version",
                "verbose_name_plural": "steps to new versions",
                "ordering": ("-made_at",),
            },
        ),
        migrations.RemoveConstraint("pledge", "pledge_one_draft_each"),
        migrations.RemoveConstraint("pledge", "pledge_signed_is_complete"),
        migrations.RemoveConstraint("pledge", "pledge_judged_is_complete"),
        migrations.RemoveConstraint("proposal", "proposal_is_about_one_thing"),
        migrations.AddField("pledge", "template", models.ForeignKey(null=True, **TEMPLATE)),
        migrations.AddField(
            "pledge",
            "withdrawal_reason",
            models.TextField(blank=True, default="", verbose_name="reason for withdrawal"),
            preserve_default=False,
        ),
        migrations.AddField(
            "pledge", "withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")
        ),
        migrations.AddField("pledge", "withdrawn_by", person(verbose_name="withdrawn by")),
        migrations.AddField("pledge", "withdrawn_why", WHY, preserve_default=False),
        migrations.AlterField("pledge", "status", STATUS),
        migrations.AlterField(
            "proposal",
            "kind",
            models.CharField(
                choices=[
                    ("person", "roles or account of a person"),
                    ("retention", "retention period of a template"),
                    ("editorial", "a new version that nobody needs to sign again"),
                    ("two-people", "no second person required from now on"),
                ],
                max_length=12,
                verbose_name="topic",
            ),
        ),
        migrations.RunPython(one_draft_each, migrations.RunPython.noop),
        migrations.AlterField("pledge", "template", models.ForeignKey(**TEMPLATE)),
        *(
            migrations.AddConstraint(model, constraint)
            for model, several in CONSTRAINTS.items()
            for constraint in several
        ),
        migrations.RunSQL(OF_ITS_TEMPLATE, OF_NO_TEMPLATE),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose),
    ]
