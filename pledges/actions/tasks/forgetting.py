"""What an erased person leaves in signing tasks: a row without a name, that nobody can open."""

from typing import Any

from pledges import audit
from pledges.core.audiences import Kind
from pledges.models import Excuse, Person, SigningTask, TaskMember


def lock(person: Person) -> None:
    """Lock what `forget` changes, before pledges: the tasks that name the person, their rows."""
    # An audience is found by what it says of numbers: of those who are erased, few are named.
    named = SigningTask.objects.filter(audience__icontains=f'"{person.employee_number}"')
    list(named.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    own = TaskMember.objects.filter(person=person).select_for_update(no_key=True)
    list(own.order_by("pk").values_list("pk", flat=True))


def forget(person: Person, number: str) -> list[str]:
    """Blank what tells of `person`, who had that employee number; gives those rows' subjects.

    The commitments stay, so that every list is still what was committed to; without the salt
    nobody can say whose they are. An audience that named their number names what they have now.
    """
    own = TaskMember.objects.filter(person=person)
    own.update(salt="", objection="")
    # They are few: as many as a company launches in the time that its people stay with it.
    for key, rule in SigningTask.objects.values_list("pk", "audience"):
        renamed = {
            side: [_renamed(clause, number, person.employee_number) for clause in clauses]
            for side, clauses in rule.items()
        }
        if renamed != rule:
            SigningTask.objects.filter(pk=key).update(audience=renamed)
    excuses = Excuse.objects.filter(member__person=person)
    return [audit.subject_of(each) for each in (*own, *excuses)]


def _renamed(clause: dict[str, Any], number: str, now: str) -> dict[str, Any]:
    if clause.get("kind") != Kind.NUMBERS:
        return clause
    return {**clause, "values": [now if value == number else value for value in clause["values"]]}
