"""An organisation's people and signing tasks: departments as a tree, dated facts, tasks, members."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0025_filling"),
    ]

    operations = [
        migrations.CreateModel(
            name="Excuse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("long-absence", "long absence"),
                            (
                                "other-post",
                                "another post, to which the pledge does not apply",
                            ),
                            (
                                "leaving",
                                "about to leave the company",
                            ),
                            (
                                "other-pledge",
                                "bound by another pledge",
                            ),
                            (
                                "legal",
                                "a legal question is being clarified",
                            ),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("until_on", models.DateField(verbose_name="until")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "waiting for a second person"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "excuse",
                "verbose_name_plural": "excuses",
                "ordering": ("-asked_at",),
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(verbose_name="from")),
                ("until_on", models.DateField(verbose_name="until")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "leaves",
                "ordering": ("-from_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="PaperPledge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="date of signature")),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="last day of its term"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "to be confirmed"),
                            ("confirmed", "confirmed"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="filed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("filed_at", models.DateTimeField(verbose_name="filed")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "paper pledge",
                "verbose_name_plural": "paper pledges",
                "ordering": ("-filed_at",),
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="position")),
                ("from_on", models.DateField(verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
                "ordering": ("-from_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="SigningTask",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="name of the task")),
                ("audience", models.JSONField(default=dict, verbose_name="audience")),
                ("due_rule", models.JSONField(default=dict)),
                ("due_on", models.DateField(null=True, verbose_name="due")),
                ("message", models.TextField(blank=True, verbose_name="message to the members")),
                ("notice_plan", models.JSONField(default=dict)),
                (
                    "takes_joiners",
                    models.BooleanField(
                        default=True, verbose_name="people who join later become members"
                    ),
                ),
                (
                    "joiner_days",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="working days for joiners"
                    ),
                ),
                (
                    "follows_versions",
                    models.BooleanField(
                        default=True, verbose_name="a new version counts from then on"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Running"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("launching_since", models.DateTimeField(null=True)),
                ("closing_since", models.DateTimeField(null=True)),
                ("launched_at", models.DateTimeField(null=True, verbose_name="launched")),
                ("first_notices_at", models.DateTimeField(null=True, verbose_name="first notices")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                (
                    "cancellation_reason",
                    models.TextField(blank=True, verbose_name="reason for cancelling"),
                ),
                ("cancellation_asked_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled")),
            ],
            options={
                "verbose_name": "signing task",
                "verbose_name_plural": "signing tasks",
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="TaskMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "joined",
                    models.CharField(
                        choices=[
                            ("launch", "at the launch"),
                            ("joiner", "joined later"),
                            ("by-hand", "added by hand"),
                        ],
                        max_length=8,
                        verbose_name="why in it",
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="member since")),
                ("due_on", models.DateField(verbose_name="due")),
                ("salt", models.CharField(blank=True, max_length=64)),
                ("commitment", models.CharField(max_length=64)),
                ("objection", models.TextField(blank=True, verbose_name="objection")),
                ("objected_at", models.DateTimeField(null=True, verbose_name="objected")),
                (
                    "standing_at_close",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in-force", "In force"),
                            ("on-paper", "On paper"),
                            ("in-review", "In review"),
                            ("excused", "Excused"),
                            ("left", "Left the company"),
                            ("returned", "Returned"),
                            ("on-leave", "On leave"),
                            ("overdue", "Overdue"),
                            ("due", "To be signed"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a signing task",
                "verbose_name_plural": "members of signing tasks",
                "ordering": ("task", "position"),
            },
        ),
        migrations.CreateModel(
            name="TaskVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="department",
            name="head",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="heads",
                to=settings.AUTH_USER_MODEL,
                verbose_name="head of the department",
            ),
        ),
        migrations.AddField(
            model_name="department",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="pledges.department",
                verbose_name="department above",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="entered_on",
            field=models.DateField(blank=True, null=True, verbose_name="entry date"),
        ),
        migrations.AddField(
            model_name="person",
            name="left_on",
            field=models.DateField(
                blank=True,
                help_text="The last day with the company.",
                null=True,
                verbose_name="leaving date",
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="department_not_above_itself",
            ),
        ),
        migrations.AddField(
            model_name="excuse",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="excuse",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="settled by",
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="delegate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="delegations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="delegate",
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leaves",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="filed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="filed by",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper_pledges",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="settled by",
            ),
        ),
        migrations.AddField(
            model_name="paperpledge",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper_pledges",
                to="pledges.templateversion",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="posts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="cancellation_asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="cancelled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cancelled by",
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="closed by",
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="launched_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="launched by",
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="template",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="pledges.pledgetemplate",
                verbose_name="template",
            ),
        ),
        migrations.AddField(
            model_name="signingtask",
            name="version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pledges.templateversion",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="pledge",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="memberships",
                to="pledges.pledge",
                verbose_name="pledge",
            ),
        ),
        migrations.AddField(
            model_name="taskmember",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="pledges.signingtask",
            ),
        ),
        migrations.AddField(
            model_name="excuse",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="excuses",
                to="pledges.taskmember",
            ),
        ),
        migrations.AddField(
            model_name="taskversion",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="counting",
                to="pledges.signingtask",
            ),
        ),
        migrations.AddField(
            model_name="taskversion",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pledges.templateversion",
            ),
        ),
        migrations.AddIndex(
            model_name="leave",
            index=models.Index(fields=["person", "from_on", "until_on"], name="leave_on_a_day"),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gte", models.F("from_on"))),
                name="leave_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delegate__isnull", True),
                    models.Q(("delegate", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="leave_delegate_is_another",
            ),
        ),
        migrations.AddIndex(
            model_name="paperpledge",
            index=models.Index(fields=["person", "state"], name="paper_by_person"),
        ),
        migrations.AddConstraint(
            model_name="paperpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("signed_on")),
                    _connector="OR",
                ),
                name="paper_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    models.Q(
                        ("settled_by__isnull", False),
                        models.Q(("settled_by", models.F("filed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="paper_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_on__isnull", True)),
                fields=("person",),
                name="post_one_at_present",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    ("until_on__gte", models.F("from_on")),
                    _connector="OR",
                ),
                name="post_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("launched_at__isnull", True),
                        ("state", "draft"),
                    ),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("due_on__isnull", False),
                        ("launched_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="task_launched_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state", "closed"),
                    ),
                    models.Q(
                        models.Q(("state", "closed"), _negated=True),
                        ("closed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="task_closed_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancelled_at__isnull", True),
                    ),
                    models.Q(
                        ("cancelled_at__isnull", False),
                        ("state", "cancelled"),
                        models.Q(
                            ("cancellation_asked_by__isnull", True),
                            models.Q(
                                ("cancelled_by", models.F("cancellation_asked_by")),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="task_cancelled_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="taskmember",
            index=models.Index(fields=["person", "task"], name="member_by_person"),
        ),
        migrations.AddConstraint(
            model_name="taskmember",
            constraint=models.UniqueConstraint(fields=("task", "person"), name="member_once"),
        ),
        migrations.AddConstraint(
            model_name="taskmember",
            constraint=models.UniqueConstraint(
                fields=("task", "position"), name="member_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="excuse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "open")), fields=("member",), name="excuse_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="excuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "approved"), _negated=True),
                    models.Q(
                        ("settled_by__isnull", False),
                        models.Q(("settled_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="excuse_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskversion",
            constraint=models.UniqueConstraint(
                fields=("task", "version"), name="task_version_once"
            ),
        ),
    ]
