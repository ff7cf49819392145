"""What has changed for members of a task that they are told apart from its plan of notices."""

from datetime import date, timedelta

from django.db.models import Q

from pledges.actions.tasks import versions_following
from pledges.core.notice_plans import Reason, Told
from pledges.models import Excuse, Organisation, PaperPledge, Pledge, SigningTask


def last_of_each(task: SigningTask, organisation: Organisation, day: date) -> dict[int, Told]:
    """By member, what has changed last for them up to `day`; nothing for most."""
    found = _ended_excuses(task, organisation, day)
    for member, told in _asked_again(task, organisation, day).items():
        found[member] = max(told, found.get(member, told), key=lambda each: each.planned_on)
    return found


def _ended_excuses(task: SigningTask, organisation: Organisation, day: date) -> dict[int, Told]:
    """From the first day on which the last excuse of a member did not hold any longer."""
    excuses = Excuse.objects.filter(member__task=task, outcome=Excuse.Outcome.APPROVED)
    days: dict[int, date] = {}
    for member, until, ended_at in excuses.values_list("member", "until_on", "ended_at"):
        free = until + timedelta(days=1)
        if ended_at is not None:
            free = min(free, organisation.localdate(ended_at))
        days[member] = max(free, days.get(member, free))
    return {
        member: Told(Reason.EXCUSE_ENDED, ended, ended)
        for member, ended in days.items()
        if ended <= day
    }


def _asked_again(task: SigningTask, organisation: Organisation, day: date) -> dict[int, Told]:
    """From the day on which a version began to count instead of the one that a member signed."""
    instead = [each for each in versions_following.history(task) if each.instead_of]
    if not instead:
        return {}
    last = instead[-1]
    began = organisation.localdate(last.at)
    earlier = {"version__template": task.template_id, "version__number__lt": last.version.number}
    signed = Pledge.objects.standing(day).filter(**earlier).values("person")
    on_paper = PaperPledge.objects.valid(day).filter(**earlier).values("person")
    members = task.members.filter(Q(person__in=signed) | Q(person__in=on_paper))
    told = Told(Reason.NEW_VERSION, began, began)
    return dict.fromkeys(members.values_list("pk", flat=True), told)
