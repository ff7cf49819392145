"""What an erased person leaves in signing tasks: a row without a name, that nobody can open."""

from pledges import audit
from pledges.models import Excuse, Person, TaskMember


def forget(person: Person) -> list[str]:
    """Blank what tells of `person` in tasks; gives what the ledger calls those rows.

    The commitments stay, so that every list is still what was committed to; without the salt
    nobody can say whose they are.
    """
    own = TaskMember.objects.filter(person=person)
    own.update(salt="", objection="")
    excuses = Excuse.objects.filter(member__person=person)
    return [audit.subject_of(each) for each in (*own, *excuses)]
