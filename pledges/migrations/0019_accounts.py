"""Invitations, first passwords that have to be changed, and apps that sign."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# Every app that is set up today signs; nobody loses that.
ENROL = """
INSERT INTO pledges_enrolledapp (authenticator_id, enrolled_at)
    SELECT id, created_at FROM mfa_authenticator WHERE type = 'totp'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mfa", "0003_authenticator_type_uniq"),
        ("pledges", "0018_housekeeping"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="meet_invited",
            field=models.BooleanField(
                default=True,
                help_text="Someone from compliance, HR or the administrators, other than the person "
                "who sent the invitation, compares a code with them and confirms. After a "
                "first password set by someone else, this is always required.",
                verbose_name="invited people are confirmed in person before they sign",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="must_change_password",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="person",
            name="handover",
            field=models.CharField(
                blank=True,
                choices=[
                    ("password", "with a first password"),
                    ("link", "with an invitation link"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("used", "used"),
                            ("withdrawn", "withdrawn"),
                            ("replaced", "replaced"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(ended_at=None),
                        fields=("person",),
                        name="invitation_one_open_each",
                    ),
                    models.CheckConstraint(
                        condition=Q(("end", ""), ("ended_at", None))
                        | Q(("ended_at__isnull", False), Q(("end", ""), _negated=True)),
                        name="invitation_ended_somehow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolledApp",
            fields=[
                (
                    "authenticator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="enrolled",
                        serialize=False,
                        to="mfa.authenticator",
                    ),
                ),
                ("enrolled_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "enrolled authenticator app",
                "verbose_name_plural": "enrolled authenticator apps",
            },
        ),
        migrations.RunSQL(ENROL, migrations.RunSQL.noop),
    ]
