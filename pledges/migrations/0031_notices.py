"""The calendar of working days, what people were told and when, and within which hours."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0030_rosters"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("working", models.BooleanField(verbose_name="working day")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="occasion")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("published", "published by the State Council"),
                            ("changed", "set by the company"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("changed_at", models.DateTimeField(null=True, verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of the calendar",
                "verbose_name_plural": "working calendar",
                "ordering": ("date",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("changed_at__isnull", True),
                            ("source", "published"),
                        )
                        | models.Q(
                            ("changed_at__isnull", False),
                            ("source", "changed"),
                        ),
                        name="calendar_change_has_an_author",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=20, verbose_name="reason")),
                ("for_day", models.DateField(verbose_name="for the day")),
                ("told_on", models.DateField(verbose_name="told on")),
                ("claimed_at", models.DateTimeField(verbose_name="claimed")),
                ("message_id", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ("-claimed_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="NoticeSwitch",
            fields=[
                ("kind", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("off", models.BooleanField()),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "kind of notice",
                "verbose_name_plural": "emails",
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="notices_from",
            field=models.PositiveSmallIntegerField(
                default=9,
                validators=[django.core.validators.MaxValueValidator(22)],
                verbose_name="reminders are sent from (hour)",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="notices_until",
            field=models.PositiveSmallIntegerField(
                default=18,
                help_text="By the organisation's clock, on working days.",
                validators=[django.core.validators.MaxValueValidator(24)],
                verbose_name="reminders are sent until (hour)",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("notices_until__gt", models.F("notices_from")), ("notices_until__lte", 24)
                ),
                name="organisation_has_working_hours",
            ),
        ),
        migrations.AddField(
            model_name="noticeclaim",
            name="member",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="pledges.taskmember",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="noticeclaim",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="noticeclaim",
            name="pledge",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="pledges.pledge",
            ),
        ),
        migrations.AddField(
            model_name="noticeswitch",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="changed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("member__isnull", False)),
                fields=("member", "reason", "for_day"),
                name="notice_of_a_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pledge__isnull", False)),
                fields=("pledge", "reason", "for_day"),
                name="notice_of_a_term_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("member__isnull", True), ("pledge__isnull", True)),
                fields=("person", "reason", "for_day"),
                name="notice_to_a_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("member__isnull", True), ("pledge__isnull", True), _connector="OR"
                ),
                name="notice_is_about_one_thing",
            ),
        ),
    ]
