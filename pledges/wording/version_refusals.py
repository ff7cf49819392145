"""What is said when a version is not published as asked, or is signed no more."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from pledges.core import refusals
from pledges.core.template.comparing import Difference, What

SENTENCES: Final[dict[type[Exception], str | Promise]] = {
    refusals.VersionReplaced: gettext_lazy(
        "A new version has replaced this one. Your answers have been kept. Please open the "
        "pledge again, check them and sign the new version."
    ),
    refusals.NotEditorial: gettext_lazy(
        "This is not an editorial change: it affects what people undertake. Please choose "
        "“material”, or take the change back."
    ),
    refusals.NobodyToConfirm: gettext_lazy(
        "An editorial change must be confirmed by another compliance officer, and there is "
        "none. Please choose “material”."
    ),
    refusals.StepUnfit: gettext_lazy(
        "These days do not fit together. Nobody can be asked to sign by a day that is past, or "
        "before the effective date."
    ),
}


def difference(found: Difference, label: str = "") -> str:
    """What changed, in a line; `label` is what people call the blank that it is about."""
    words = {
        What.BLANK: _("A blank, or the clause around it"),
        What.RANGE: _("A range"),
        What.NUMBER: _("A number"),
        What.TERM: _("The term"),
        What.DUTY: _("A duty"),
        What.CLAUSE: _("A clause, added, removed or moved"),
    }[found.what]
    said = label or found.code or found.words
    return (
        pgettext("a difference", "%(what)s: %(where)s")
        % {
            "what": words,
            "where": said,
        }
        if said
        else words
    )
