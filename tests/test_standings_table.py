"""Where a member stands, for facts in any combination, against the rule said plainly in Python."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.core.standings import Standing
from pledges.models import Excuse, Leave, PaperPledge, Person, Pledge, TaskMember
from pledges.models.standings import people_with_standing

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NUMBERS = itertools.count(1)

FACTS = st.fixed_dictionaries(
    {
        "pledge": st.sampled_from(
            ["", "signed", "accepted", "ended", "until-today", "revoked", "returned"]
        ),
        "paper": st.sampled_from(["", "filed", "confirmed", "ended", "rejected"]),
        "excuse": st.sampled_from(["", "open", "approved", "over", "ended", "rejected"]),
        "employed": st.sampled_from(["", "inactive", "left", "last-day"]),
        "leave": st.sampled_from(["", "now", "over", "ahead"]),
        "due": st.sampled_from([EVE, DAY, NEXT]),
    }
)


def expected(facts, *, is_member=True):
    holds = {
        Standing.IN_FORCE: facts["pledge"] in ("accepted", "until-today"),
        Standing.ON_PAPER: facts["paper"] == "confirmed",
        Standing.IN_REVIEW: facts["pledge"] == "signed",
        Standing.EXCUSED: is_member and facts["excuse"] == "approved",
        Standing.LEFT: facts["employed"] in ("inactive", "left"),
        Standing.RETURNED: facts["pledge"] == "returned",
        Standing.ON_LEAVE: facts["leave"] == "now",
        Standing.OVERDUE: is_member and facts["due"] < DAY,
        Standing.DUE: True,
    }
    return next(standing for standing in Standing if holds[standing])


def write_pledge(kind, member, officer, now):
    own = {"person": member.person, "version": member.task.counting.get().version}
    own |= {"language": "zh-hans", "saved_at": now, "created_at": now}
    signed = own | {"number": f"CN-2026-{next(NUMBERS):06}", "signed_at": now}
    signed |= {"signer_name": "李明", "document_digest": "0" * 64}
    judged = signed | {"reviewed_at": now, "reviewed_by": officer}
    if kind == "signed":
        Pledge.objects.create(**signed, status="signed")
    elif kind == "returned":
        returned = Pledge.objects.create(**judged, status="returned")
        Pledge.objects.create(**own, corrects=returned)
    elif kind:
        ends = {"ended": EVE, "until-today": DAY}.get(kind)
        status = "revoked" if kind == "revoked" else "accepted"
        Pledge.objects.create(**judged, status=status, ends_on=ends)


def write(facts, member, officer, second, now):
    write_pledge(facts["pledge"], member, officer, now)
    if kind := facts["paper"]:
        state = "confirmed" if kind == "ended" else kind
        settled = {} if kind == "filed" else {"settled_by": officer, "settled_at": now}
        PaperPledge.objects.create(
            **{"person": member.person, "version": member.task.counting.get().version},
            **{"signed_on": EVE, "filed_at": now, "filed_by": second, "state": state},
            **settled,
            ends_on=EVE if kind == "ended" else None,
        )
    if kind := facts["excuse"]:
        outcome = kind if kind in ("open", "rejected") else "approved"
        settled = {} if kind == "open" else {"settled_by": second, "settled_at": now}
        Excuse.objects.create(
            **{"member": member, "reason": "legal", "asked_by": officer, "asked_at": now},
            **settled,
            outcome=outcome,
            until_on=EVE if kind == "over" else DAY,
            ended_at=now if kind == "ended" else None,
        )
    if kind := facts["leave"]:
        days = {"now": (EVE, NEXT), "over": (EVE, EVE), "ahead": (NEXT, NEXT)}[kind]
        Leave.objects.create(
            person=member.person, from_on=days[0], until_on=days[1], recorded_at=now
        )
    left = {"left": EVE, "last-day": DAY}.get(facts["employed"])
    Person.objects.filter(pk=member.person_id).update(
        left_on=left, is_active=facts["employed"] != "inactive"
    )
    TaskMember.objects.filter(pk=member.pk).update(due_on=facts["due"])


class Undo(Exception):
    """The rows of one example go again."""


def test_the_first_that_holds(launched_task, liming, chenjing, zhoumin, now):
    member = launched_task().members.get(person=liming)
    version = member.task.counting.get().version

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(FACTS)
    def holds(facts):
        try:
            with transaction.atomic():
                write(facts, member, chenjing, zhoumin, now)
                rows = TaskMember.objects.with_standing(DAY)
                assert rows.get(pk=member.pk).standing == expected(facts)
                people = Person.objects.filter(pk=liming.pk)
                seen = people_with_standing(people, [version.pk], version.template_id, DAY)
                assert seen.get().standing == expected(facts, is_member=False)
                raise Undo
        except Undo:
            pass

    holds()
