"""Changes that need two people; for role grants and retention periods that is on from now on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("pledges", "0016_counts_and_mails")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="two_people",
            field=models.BooleanField(
                default=True,
                help_text="Granting a role, removing an administrator or changing a retention "
                "period takes effect once a second person with the same role has accepted "
                "it. If there is only one such person, the change takes effect "
                "immediately. Turning this off must be accepted too.",
                verbose_name="two people for roles and retention periods",
            ),
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
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
                            ("person", "roles or account of a person"),
                            ("retention", "retention period of a template"),
                            ("two-people", "no second person required from now on"),
                        ],
                        max_length=12,
                        verbose_name="topic",
                    ),
                ),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "waiting for a second person"),
                            ("accepted", "accepted"),
                            ("rejected", "rejected"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="pledges.pledgetemplate",
                        verbose_name="template",
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "ordering": ("-proposed_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind="person", person__isnull=False, template__isnull=True)
                        | Q(kind="retention", person__isnull=True, template__isnull=False)
                        | Q(kind="two-people", person__isnull=True, template__isnull=True),
                        name="proposal_is_about_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            outcome="open", settled_at__isnull=True, settled_by__isnull=True
                        )
                        | Q(outcome__in=("accepted", "rejected"), settled_at__isnull=False),
                        name="proposal_is_open_or_settled",
                    ),
                    models.CheckConstraint(
                        condition=~Q(outcome="accepted", settled_by=F("proposer")),
                        name="proposal_accepted_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=Q(outcome="open"),
                        fields=("kind", "person", "template"),
                        name="proposal_open_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
