"""Why nothing was done with a department or with facts of employment, in a sentence each."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from pledges.core import employment_refusals as refusals

SENTENCES: dict[type[Exception], str | Promise] = {
    refusals.DepartmentCircle: gettext_lazy(
        "A department cannot stand below itself. Please choose another department above it."
    ),
    refusals.NotHere: gettext_lazy("The account of this person is deactivated."),
    refusals.OfficersFact: gettext_lazy(
        "This person holds a role. Only an administrator can change their name, employee "
        "number or email address."
    ),
    refusals.AdministratorLeaves: gettext_lazy(
        "This person is an administrator. Remove that role first; a second administrator "
        "must accept it."
    ),
    refusals.AlreadyLeft: gettext_lazy("This account is already deactivated."),
    refusals.NotLeft: gettext_lazy("This person has not left the company."),
    refusals.DaysReversed: gettext_lazy("The last day is before the first."),
    refusals.BeforeEntry: gettext_lazy(
        "That is before this person joined. Please check the day, or correct the entry date first."
    ),
    refusals.OnLeaveAlready: gettext_lazy("A leave is already recorded for some of these days."),
    refusals.DelegateAway: gettext_lazy(
        "The delegate is on leave on some of these days. Please name someone else, or nobody."
    ),
    refusals.OwnDelegate: gettext_lazy("The delegate must be someone else."),
}
