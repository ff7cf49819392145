"""Text of the admin pages: the ledger's events, the roles, why an act did not happen."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from pledges import wording
from pledges.actions import batches, inviting_many
from pledges.admin import step_words
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import Role
from pledges.models import Proposal
from pledges.models.duties import Show
from pledges.wording import papers

EVENTS: Final = {
    "version.imported": _("Template version imported"),
    "version.drafted": _("New draft version created"),
    "version.changed": _("Draft version changed"),
    "version.published": _("Version published"),
    "version.discarded": _("Draft version discarded"),
    "version.stepped": _("Step to a new version decided"),
    "version.retired": _("Version retired"),
    "pledge.opened": _("Pledge started"),
    "pledge.assigned": _("Pledge assigned to its signer"),
    "pledge.prepared": _("Document prepared for its signer"),
    "pledge.signed": _("Pledge signed"),
    "pledge.accepted": _("Pledge accepted"),
    "pledge.returned": _("Pledge returned"),
    "pledge.revoked": _("Pledge revoked"),
    "pledge.read": _("Other people's pledges accessed"),
    "pledge.expired": _("Term of a pledge ended"),
    "pledge.discarded": _("Draft discarded"),
    "pledge.withdrawn": _("Pledge withdrawn"),
    "pledge.moved": _("Draft moved to another version"),
    "record.issued": _("Record sealed and issued"),
    "record.erased": _("Files of a record erased"),
    **papers.EVENTS,
    "document.renewed": _("Timestamp of a file renewed"),
    "files.removed": _("Files removed that are contained in longer files"),
    "passkey.enrolled": _("Passkey enrolled"),
    "phone.invited": _("QR code created for adding a phone's passkey"),
    "passkey.registered": _("Passkey registered, awaiting confirmation"),
    "passkey.discarded": _("Pending passkey removed"),
    "passkey.permitted": _("Pending passkey confirmed by the system operator"),
    "passkey.removed": _("Passkey removed"),
    "app.enrolled": _("Authenticator app enrolled for signing"),
    "app.registered": _("Authenticator app set up, awaiting confirmation"),
    "app.discarded": _("Authenticator app no longer awaiting confirmation"),
    "enrolment.confirmed": _("Confirmed in person by a second person"),
    "factors.removed": _("Second factors removed by the system operator"),
    "acceptance.begun": _("Bulk acceptance started"),
    "pledges.exported": _("Pledges exported"),
    "commitments.exported": _("Commitments exported"),
    "members.exported": _("List of people in a signing task exported"),
    "ledger.restored": _("Ledger restored from a backup, with a loss of entries"),
    "person.created": _("Account created"),
    "person.changed": _("Account changed"),
    "person.invited": _("Invitation sent"),
    "person.left": _("Leaving the company recorded"),
    "person.returned": _("Return to the company recorded"),
    "record.reported": _("Error in own record reported"),
    "invitation.printed": _("Invitation slip created"),
    "invitation.withdrawn": _("Invitation withdrawn"),
    "invitation.used": _("Invitation used"),
    "password.set": _("First password set by someone else"),
    "password.chosen": _("Password chosen by its owner"),
    "sessions.ended": _("All sessions ended by an administrator"),
    "person.erased": _("Personal data erased"),
    "template.retention_set": _("Retention period set"),
    "department.changed": _("Department changed"),
    "organisation.changed": _("Organisation changed"),
    "task.launched": _("Signing task launched"),
    "task.undone": _("Launch of the signing task undone"),
    "task.joined": _("Members added to the signing task"),
    "task.extended": _("Due date of members extended"),
    "task.versions_changed": _("Versions that count for the signing task changed"),
    "task.cancellation_asked": _("Cancellation of the signing task asked for"),
    "task.cancellation_taken_back": _("Cancellation of the signing task no longer asked for"),
    "task.cancelled": _("Signing task cancelled by a second officer"),
    "task.reported": _("Completion of the signing task reported"),
    "excuse.asked": _("Excuse of a member asked for"),
    "excuse.approved": _("Excuse approved by a second officer"),
    "excuse.rejected": _("Excuse rejected"),
    "excuse.ended": _("Excuse ended early"),
    "objection.made": _("Objection stated by a member"),
    "objection.taken_back": _("Objection taken back by a member"),
    "calendar.changed": _("Working calendar changed"),
    "notices.switched": _("A kind of email switched on or off"),
    "notices.printed": _("Notices printed for people without an email address"),
    "task.reminded": _("Members of a signing task reminded by hand"),
    "roster.uploaded": _("List of people uploaded"),
    "roster.asked": _("List of people submitted for confirmation by a second person"),
    "roster.confirmed": _("List of people confirmed"),
    "roster.applied": _("List of people applied"),
    "roster.discarded": _("List of people discarded"),
    "roster.mended": _("List of people corrected"),
    "proposal.made": _("Change proposed that needs a second person"),
    "proposal.accepted": _("Proposed change accepted by a second person"),
    "proposal.rejected": _("Proposed change rejected or withdrawn"),
}

ROLES: Final = {
    Role.MANAGER: _("Account manager: a group of people, without an office"),
    Role.COMPLIANCE: _("Compliance officer: reviews pledges, writes templates"),
    Role.HR: _("HR: keeps people's records, finds and exports signed pledges"),
    Role.AUDITOR: _("Auditor: reads everything, changes nothing"),
    Role.ADMINISTRATOR: _("Administrator: manages people, sees no pledges"),
}

SHORT_ROLES: Final = {
    Role.MANAGER: _("Account manager"),
    Role.COMPLIANCE: _("Compliance officer"),
    Role.HR: _("HR"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}

DUTIES: Final = {
    Show.OPEN: _("to be signed"),
    Show.LATE: pgettext_lazy("pledges", "overdue"),
    Show.IN_FORCE: pgettext_lazy("pledges", "in force"),
}


def event(name: str) -> str:
    """The event of a ledger entry in the words of the product."""
    return str(EVENTS.get(name, name))


def roles(names: Iterable[str]) -> str:
    """Roles in a line, in their usual order."""
    held = set(names)
    return (
        str(_(", ")).join(str(label) for role, label in SHORT_ROLES.items() if role in held) or "—"
    )


def refusal(error: Exception) -> str:
    """Why an act of the back office did not happen; what others share, `wording` says."""
    if isinstance(error, lifecycle.Forbidden):
        return str(_("This has already been dealt with. Nothing was done twice."))
    if isinstance(error, refusals.AlreadyWaiting):
        return str(
            _("already has a pledge of this kind under review, or one of this version in force")
        )
    if isinstance(error, refusals.StaleDraft):
        return str(
            _("Someone else saved this in the meantime. Nothing was overwritten. Please compare.")
        )
    if isinstance(error, refusals.LastAdministrator):
        return str(
            _("This is the last administrator. Please make someone else an administrator first.")
        )
    if isinstance(error, refusals.FaultyTemplate):
        return " ".join(wording.text_problem(problem) for problem in error.problems)
    return wording.refusal(error)


def proposal_rows(proposal: Proposal) -> list[tuple[str, str, str]]:
    """What a proposal is about, line by line: as it was when it was proposed, and once accepted."""
    before, after = proposal.before, proposal.after
    if proposal.kind == Proposal.Kind.PERSON:
        return [
            (str(_("Roles")), roles(before["roles"]), roles(after["roles"])),
            (str(_("Account")), _account(before["is_active"]), _account(after["is_active"])),
        ]
    if proposal.kind == Proposal.Kind.RETENTION:
        return [(str(_("Retention")), _years(before["years"]), _years(after["years"]))]
    if proposal.kind == Proposal.Kind.EDITORIAL:
        return step_words.rows_of(after)
    names = {
        "two_people": _("Two people required"),
        "meet_invited": _("Invited people are confirmed in person"),
    }
    return [(str(names[each]), str(_("yes")), str(_("no"))) for each in names if each in after]


def proposed_change(proposal: Proposal) -> str:
    """What changes in a line."""
    text = str(_("%(what)s: %(before)s → %(after)s"))
    return str(_("; ")).join(
        text % {"what": what, "before": before, "after": after}
        for what, before, after in proposal_rows(proposal)
        if before != after
    )


def _account(is_active: bool) -> str:
    return str(_("active") if is_active else _("deactivated"))


def _years(years: int) -> str:
    return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}


_LEFT: Final = {
    batches.FLAGGED: _("has unusual answers; please review it individually"),
    batches.OWN: _("your own pledge"),
    batches.NOT_ALLOWED: _("the person who started this may no longer accept it"),
    batches.NOT_WAITING: _("not awaiting review"),
    batches.FAILED: _("acceptance failed; please accept it individually"),
}


_NOT_INVITED: Final = {
    inviting_many.DEACTIVATED: _("account deactivated"),
    inviting_many.HAS_PASSWORD: _("has a password of their own"),
    inviting_many.NO_ADDRESS: _("no email address"),
    inviting_many.STILL_OPEN: _("an earlier invitation is still valid"),
    inviting_many.NOT_ALLOWED: _("only an administrator may invite them"),
}


def not_invited_because(reason: str) -> str:
    """Why somebody was not invited along with others."""
    return str(_NOT_INVITED[reason])


def left_because(reason: str) -> str:
    """Why a pledge was not accepted along with others."""
    return str(_LEFT[reason]) if reason in _LEFT else wording.refusal_of_kind(reason)


def sealed_of(sealed: int, total: int) -> str:
    """How many of a bulk acceptance bear the company's seal."""
    text = ngettext("%(sealed)d of %(total)d sealed", "%(sealed)d of %(total)d sealed", total)
    return text % {"sealed": sealed, "total": total}


def left_count(count: int) -> str:
    """How many of a bulk acceptance were left."""
    text = ngettext(
        "%(count)d pledge was left unchanged", "%(count)d pledges were left unchanged", count
    )
    return text % {"count": count}
