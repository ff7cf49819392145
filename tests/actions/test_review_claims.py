"""Who is reviewing a pledge: a lease of ten minutes that keeps nobody from deciding."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from pledges.actions import review, review_claims
from pledges.actions.review_claims import LEASE
from pledges.core import lifecycle
from pledges.models import ReviewClaim

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def pledge(signed):
    return signed()


def holder(pledge, actor, at, act=review_claims.claim):
    return act(pledge, actor=actor, at=at).officer


def test_whoever_comes_first_holds_it_for_ten_minutes(pledge, chenjing, sunhao, now):
    assert holder(pledge, chenjing, now) == chenjing
    assert holder(pledge, sunhao, now + LEASE - SECOND) == chenjing
    assert holder(pledge, sunhao, now + LEASE) == sunhao
    assert ReviewClaim.objects.count() == 1


def test_an_open_page_renews_it(pledge, chenjing, sunhao, now):
    for minutes in (0, 4, 8, 12):
        assert holder(pledge, chenjing, now + timedelta(minutes=minutes)) == chenjing
    assert holder(pledge, sunhao, now + timedelta(minutes=12) + LEASE - SECOND) == chenjing


def test_it_is_taken_over_and_the_first_is_told_at_the_next_renewal(pledge, chenjing, sunhao, now):
    holder(pledge, chenjing, now)
    assert holder(pledge, sunhao, now + SECOND, review_claims.take_over) == sunhao
    assert holder(pledge, chenjing, now + 2 * SECOND) == sunhao
    assert holder(pledge, wang := chenjing, now + 3 * SECOND, review_claims.take_over) == wang


def test_a_claim_keeps_nobody_from_deciding_once(pledge, chenjing, sunhao, now):
    holder(pledge, chenjing, now)
    later = now + timedelta(hours=1)
    review.accept(pledge, actor=sunhao, at=later)
    with pytest.raises(lifecycle.Forbidden):
        review.accept(pledge, actor=chenjing, at=later + SECOND)


def test_only_who_may_judge_claims(pledge, liming, zhoumin, wuying, now):
    for person in (liming, zhoumin, wuying):
        for act in (review_claims.claim, review_claims.take_over):
            with pytest.raises(PermissionDenied):
                act(pledge, actor=person, at=now)
    assert not ReviewClaim.objects.exists()


def test_what_has_lapsed_is_cleared(pledge, signed, wangfang, chenjing, now):
    other = signed(person=wangfang)
    holder(pledge, chenjing, now)
    holder(other, chenjing, now + SECOND)
    assert review_claims.clear(now + LEASE) == 1
    assert ReviewClaim.objects.get().pledge == other


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_holds_it(signed, chenjing, sunhao, now):
    pledge = signed()

    def come(person):
        try:
            return {holder(pledge, person, now) for _time in range(20)}
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        found = set().union(*both.map(come, (chenjing, sunhao)))
    assert len(found) == 1 and ReviewClaim.objects.count() == 1
