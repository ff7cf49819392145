"""Words of the admin pages: the ledger's events, the roles, why an act did not happen."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from pledges import wording
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import Role

EVENTS: Final = {
    "version.imported": _("Template version imported"),
    "version.drafted": _("New draft version made"),
    "version.changed": _("Draft version changed"),
    "version.published": _("Version published"),
    "version.retired": _("Version retired"),
    "pledge.opened": _("Pledge opened"),
    "pledge.assigned": _("Pledge laid before its signer"),
    "pledge.prepared": _("Document laid before its signer"),
    "pledge.signed": _("Pledge signed"),
    "pledge.accepted": _("Pledge accepted"),
    "pledge.returned": _("Pledge returned"),
    "pledge.revoked": _("Pledge revoked"),
    "pledges.exported": _("Pledges exported"),
    "commitments.exported": _("Commitments exported"),
    "person.created": _("Account created"),
    "person.changed": _("Account changed"),
    "department.changed": _("Department changed"),
    "organisation.changed": _("Organisation changed"),
}

ROLES: Final = {
    Role.MANAGER: _("Account manager: fills in and signs pledges"),
    Role.COMPLIANCE: _("Compliance officer: reviews pledges, writes templates"),
    Role.HR: _("Human resources: finds and exports signed pledges"),
    Role.AUDITOR: _("Auditor: reads everything, changes nothing"),
    Role.ADMINISTRATOR: _("Administrator: manages people, sees no pledges"),
}


FAULTS: Final = {
    "missing": _("missing"),
    "altered": _("its text was altered"),
    "contradicts its columns": _("its columns contradict its text"),
    "broken chain": _("the chain breaks here"),
}


def fault(kind: str) -> str:
    """What is wrong with an entry of the ledger."""
    return str(FAULTS.get(kind, kind))


def event(name: str) -> str:
    """The event of a ledger entry in the words of the product."""
    return str(EVENTS.get(name, name))


def refusal(error: Exception) -> str:
    """Why an office's act did not happen; what is not particular to offices, `wording` says."""
    if isinstance(error, lifecycle.Forbidden):
        return str(_("This has been dealt with in the meantime. Nothing was done twice."))
    if isinstance(error, refusals.AlreadyWaiting):
        return str(_("has a pledge of this kind under review, or this version is in force"))
    if isinstance(error, refusals.StaleDraft):
        return str(
            _("Somebody else saved this in the meantime. Nothing was overwritten; please compare.")
        )
    if isinstance(error, refusals.LastAdministrator):
        return str(
            _("This is the last administrator. Make somebody else administrator before this.")
        )
    if isinstance(error, refusals.FaultyTemplate):
        return " ".join(wording.text_problem(problem) for problem in error.problems)
    return wording.refusal(error)
