"""Why a character may not stand in a name: said with what it is, for it cannot be shown."""

import unicodedata

from django.utils.translation import gettext as _

from pledges.core.characters import code_point

_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def unfit_character(character: str) -> str:
    """The sentence for a character that `core.characters.unfit_in_name` found."""
    named = f"{code_point(character)} {unicodedata.name(character, '')}".strip()
    told = {"kind": _kind(character), "character": named}
    return (
        _("It contains %(kind)s (%(character)s), which is not allowed in a name. Please delete it.")
        % told
    )


def _kind(character: str) -> str:
    if character in _LINE_BREAKS:
        return _("a line break")
    if character in _DIRECTION_MARKS:
        return _("a mark that changes the direction of writing")
    return _("an invisible character")
