"""What is told after a signing: the way so far by offices, and how long reviews usually take."""

from datetime import timedelta

import pytest

from pledges.actions import answers, review
from pledges.core.lifecycle import PledgeState
from pledges.models import Pledge
from pledges.views import afterwards


@pytest.fixture
def reviewed(version, wangfang, chenjing, now):
    """So many pledges whose review took these numbers of days, the last of it on day `until`."""
    count = iter(range(1000))

    def make(*days, ago=timedelta(days=1)):
        for each in days:
            done_at = now - ago
            Pledge.objects.create(
                person=wangfang,
                version=version(),
                language="zh-hans",
                status=PledgeState.ACCEPTED,
                number=f"XX-2026-{next(count):06d}",
                signer_name="王芳",
                document_digest="0" * 64,
                saved_at=done_at,
                created_at=done_at,
                signed_at=done_at - timedelta(days=each),
                reviewed_at=done_at,
                reviewed_by=chenjing,
            )

    return make


@pytest.mark.parametrize(
    ("weeks", "usual"),
    [
        ([], None),
        ([1] * 4, None),  # too few to tell
        ([1] * 5, 5),
        ([0] * 5, 1),  # within a working day, though it was within the hour
        ([1] * 9 + [8], 5),  # one in ten is no rule
        ([1] * 8 + [2, 8], 10),
        ([2] * 50 + [9] * 200, 10),  # the newest fifty
    ],
)
def test_a_review_is_expected_as_the_latest_were(reviewed, now, weeks, usual):
    # Whole weeks have five working days, whatever day it is.
    for place, each in enumerate(weeks):
        reviewed(7 * each, ago=timedelta(hours=1, minutes=place))
    assert afterwards.usual_review(now) == usual


def test_reviews_of_long_ago_say_nothing(reviewed, now):
    reviewed(*[7] * 20, ago=timedelta(days=91))
    assert afterwards.usual_review(now) is None


def test_while_others_wait_longer_nothing_is_promised(reviewed, signed, now):
    reviewed(*[0] * 9)
    assert afterwards.usual_review(now) == 1
    signed(at=now - timedelta(days=14))
    assert afterwards.usual_review(now) is None


def told(pledge, state):
    return [
        (step.words, step.office, step.under_way, step.ahead)
        for step in afterwards.steps(pledge, state)
    ]


DONE, NOW, AHEAD = (False, False), (True, False), (False, True)
SIGNED = [("开始填写", "本人", *DONE), ("签署", "本人", *DONE)]


def test_the_way_of_what_waits_names_offices_and_nobody(signed, chenjing, now):
    pledge = signed()
    assert told(pledge, PledgeState.SIGNED) == [
        *SIGNED,
        ("合规审核", "合规部门", *NOW),
        ("公司确认", "公司", *AHEAD),
    ]
    review.accept(pledge, actor=chenjing, at=now + timedelta(days=1))
    pledge.refresh_from_db()
    way = afterwards.steps(pledge, PledgeState.ACCEPTED)
    assert told(pledge, PledgeState.ACCEPTED) == [
        *SIGNED,
        ("公司已确认，自签订之日起生效", "合规部门", *DONE),
    ]
    assert [step.at for step in way] == [pledge.created_at, pledge.signed_at, pledge.reviewed_at]


def test_an_assigned_one_and_its_correction_say_where_they_come_from(
    version, liming, chenjing, signed, now
):
    early, due = now - timedelta(days=3), now.date()
    given = answers.assign(version(), person=liming, actor=chenjing, at=early, due_on=due)
    pledge = signed()
    assert pledge == given
    assert told(pledge, PledgeState.SIGNED)[0] == ("下发给您", "合规部门", *DONE)
    reasons = [review.ClauseReason("请核对")]
    review.return_to_manager(pledge, actor=chenjing, at=now + timedelta(days=1), reasons=reasons)
    pledge.refresh_from_db()
    assert told(pledge, PledgeState.RETURNED)[-1] == ("已退回，自始不生效", "合规部门", *DONE)
    again = signed(at=now + timedelta(days=2))
    assert told(again, PledgeState.SIGNED)[0] == (f"{pledge.number} 退回修改", "合规部门", *DONE)


def test_a_term_ends_the_way(accepted, now):
    pledge = accepted()
    pledge.ends_on = now.date() + timedelta(days=365)
    assert told(pledge, PledgeState.ACCEPTED)[-1] == ("有效期截止日", "", *AHEAD)
    assert told(pledge, PledgeState.EXPIRED)[-1] == ("有效期截止日", "", *DONE)


def test_the_page_shows_the_way_and_the_usual_time(client, liming, signed, reviewed, monkeypatch):
    pledge = signed()
    client.force_login(liming)
    monkeypatch.setattr(afterwards, "usual_review", lambda at: 3)
    page = client.get(f"/pledges/{pledge.pk}/").content.decode()
    assert "近期审核一般在 3 个工作日内完成。" in page
    assert '<li class="timeline-now" aria-current="step">合规审核' in page
    assert "陈静" not in page[page.index("<aside") :]
    monkeypatch.setattr(afterwards, "usual_review", lambda at: None)
    assert "工作日" not in client.get(f"/pledges/{pledge.pk}/").content.decode().split("<aside")[1]
