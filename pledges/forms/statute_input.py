"""The input of a law: its titles to choose from while typing."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.template import statutes
from pledges.core.template.blanks import Blank
from pledges.core.template.statutes import Statute


def list_id(code: str) -> str:
    """The id of the list of titles for the blank with this code."""
    return f"titles-{code}"


def title_list(blank: Blank, language: str) -> SafeString:
    """The titles that are offered: the version's own first, then the laws of the list.

    Each has a label, which also finds it: a short title, the Chinese one in an English pledge, or
    the title itself.
    """
    listed = [(statute.title.in_(language), statute) for statute in statutes.in_force()]
    offered = dict([*_of_version(blank, language), *listed])
    # As attributes: what is offered is no text of the sheet.
    options = format_html_join(
        "",
        '<option value="{}" label="{}">',
        ((title, _label(title, statute, language)) for title, statute in offered.items()),
    )
    return format_html('<datalist id="{}">{}</datalist>', list_id(blank.code), options)


def _of_version(blank: Blank, language: str) -> Iterator[tuple[str, Statute | None]]:
    for words in blank.suggestions:
        statute = statutes.find(words.in_(language))
        yield (statute.title if statute else words).in_(language), statute


def _label(title: str, statute: Statute | None, language: str) -> str:
    if statute is None:
        return title
    if language == ENGLISH:
        return statute.title.zh
    return "、".join(name for name in statute.short if not name.isascii()) or title
