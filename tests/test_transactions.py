"""Where transactions begin: what loses against another is run again, and nothing happens twice."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from pledges import audit, transactions
from pledges.actions import people, review
from pledges.core.lifecycle import Role
from pledges.models import LedgerEntry, Person, Pledge
from tests.fresh import prove
from tests.interleaving import fail_in_database, in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """How long each pause would have been."""
    taken = []
    monkeypatch.setattr(transactions.time, "sleep", taken.append)
    return taken


class Losing:
    """Fails in the database as often as told, then does nothing."""

    def __init__(self, times, sqlstate=transactions.DEADLOCK_DETECTED):
        self.left, self.runs, self.sqlstate = times, 0, sqlstate

    def __call__(self):
        self.runs += 1
        if self.left:
            self.left -= 1
            fail_in_database(self.sqlstate)


def test_who_loses_a_deadlock_goes_on_after_the_other(liming, wangfang):
    both_hold_one, runs = threading.Barrier(2), []

    def note_in(first, second, word):
        @transactions.atomic
        def run():
            runs.append(word)
            lock(first)
            if runs.count(word) == 1:
                both_hold_one.wait(60)
            lock(second)
            for person in (first, second):
                row = Person.objects.get(pk=person.pk)
                row.contact += word
                row.save(update_fields=["contact"])

        return run

    Person.objects.update(contact="")
    in_parallel(note_in(liming, wangfang, "a"), note_in(wangfang, liming, "b"))
    assert sorted(runs) in (["a", "a", "b"], ["a", "b", "b"])
    told = Person.objects.filter(pk__in=[liming.pk, wangfang.pk]).values_list("contact", flat=True)
    assert {"".join(sorted(each)) for each in told} == {"ab"}


def lock(person):
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)


@pytest.mark.parametrize(
    "sqlstate", [transactions.DEADLOCK_DETECTED, transactions.SERIALIZATION_FAILURE]
)
def test_a_lost_race_is_run_again_after_a_pause(sqlstate, pauses):
    losing = Losing(2, sqlstate)
    transactions.atomic(losing.__call__)()
    assert losing.runs == 3
    assert len(pauses) == 2 and all(0 <= each <= 0.1 for each in pauses)


def test_it_is_given_up_in_the_end(pauses):
    losing = Losing(99)
    with pytest.raises(DatabaseError):
        transactions.atomic(losing.__call__)()
    assert losing.runs == transactions.MAX_RUNS


@pytest.mark.parametrize("error", [IntegrityError("no"), ValueError("no")])
def test_nothing_else_is_run_again(error):
    runs = []

    def wrong():
        runs.append(1)
        raise error

    with pytest.raises(type(error)):
        transactions.atomic(wrong)()
    with pytest.raises(DatabaseError):
        transactions.atomic(Losing(1, "22012").__call__)()
    assert runs == [1]


def test_only_the_outermost_is_run_again():
    """PostgreSQL has taken all of it back, not the inner part alone."""
    inner, outer = Losing(1), []

    def whole():
        outer.append(1)
        transactions.atomic(inner.__call__)()

    transactions.atomic(whole)()
    assert (len(outer), inner.runs) == (2, 2)


def test_what_is_durable_is_refused_within_another():
    with pytest.raises(RuntimeError), transaction.atomic():
        transactions.durable(lambda: None)()


def test_what_is_done_after_the_commit_is_done_once():
    done, losing = [], Losing(1)

    def act():
        transaction.on_commit(lambda: done.append(connection.in_atomic_block))
        losing()

    transactions.atomic(act)()
    assert done == [False]


@pytest.fixture
def lose_next(monkeypatch):
    """From now on: the next entry in the ledger is written, and then the transaction loses."""

    def arrange():
        losing, written = Losing(1), audit.record

        def record(*given, **more):
            entry = written(*given, **more)
            losing()
            return entry

        monkeypatch.setattr(audit, "record", record)
        return losing

    return arrange


def test_a_person_whose_creation_lost_is_created_once(lose_next, admin, liming, now):
    losing = lose_next()
    new = Person(
        username="new", employee_number="E7", name="钱七", department_id=liming.department_id
    )
    people.save_person(new, actor=admin, at=now, roles=[Role.MANAGER])
    assert losing.runs == 2
    assert list(Person.objects.filter(username="new")) == [new]
    assert audit.trail(new).get().event == "person.created"
    assert list(new.groups.values_list("name", flat=True)) == [Role.MANAGER]


def test_a_return_that_lost_makes_one_draft_and_one_mail(lose_next, signed, chenjing, now):
    pledge = signed()
    DBTaskResult.objects.all().delete()
    entries, losing = LedgerEntry.objects.count(), lose_next()
    reasons = [review.ClauseReason("请补充")]
    review.return_to_manager(pledge, actor=chenjing, at=now, reasons=reasons)
    assert losing.runs == 2
    assert Pledge.objects.filter(corrects=pledge).count() == 1
    assert LedgerEntry.objects.count() == entries + 1
    assert DBTaskResult.objects.count() == 1


def test_a_form_of_the_admin_that_lost_is_saved_once(lose_next, client, admin, liming):
    client.force_login(admin)
    prove(client, admin)
    page = reverse("admin:pledges_person_change", args=[liming.pk])
    form = client.get(page).context["adminform"].form
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    losing = lose_next()
    client.post(page, {**typed, "position": "客户总监"})
    assert losing.runs == 2
    liming.refresh_from_db()
    assert liming.position == "客户总监"
    assert audit.trail(liming).filter(event="person.changed").count() == 1
