"""What acts ask of the database: each statement is a way there and back while somebody waits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.actions import preparing, review, signing
from pledges.models import Organisation, Person, organisation_read_once
from tests.cast import request_by_passkey

# Within a test's own transaction, each of an act would be two savepoints.
pytestmark = pytest.mark.django_db(transaction=True)

MAX_STATEMENTS = {"prepare": 12, "sign": 25, "accept": 13}


def statements(act):
    """How many an act takes within a request, whose frame has read the organisation."""
    with organisation_read_once():
        Organisation.current()
        with CaptureQueriesContext(connection) as captured:
            result = act()
    return len([each for each in captured if each["sql"] not in ("BEGIN", "COMMIT")]), result


def test_prepare_sign_and_accept_take_few_statements(draft, passkey, liming, chenjing, sunhao, now):
    # Each officer's mail is one more, however few the others are.
    Person.objects.filter(pk=sunhao.pk).update(is_active=False)
    key, taken = passkey(liming), []
    for slug in ("general-standards", "contract", "personal-code"):
        made = draft(slug)
        preparing.font_of(made)  # fetched once in each process
        at = now + timedelta(minutes=1 + len(taken))
        prepared, intent = statements(lambda: preparing.prepare(made, actor=liming, at=at))  # noqa: B023
        request = request_by_passkey(key, intent)
        signed, pledge = statements(
            lambda: signing.sign(intent, actor=liming, at=at, request=request)  # noqa: B023
        )
        accepted, _ = statements(lambda: review.accept(pledge, actor=chenjing, at=at))  # noqa: B023
        taken.append({"prepare": prepared, "sign": signed, "accept": accepted})
    assert [one for one in taken if any(one[name] > MAX_STATEMENTS[name] for name in one)] == []
