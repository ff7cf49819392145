"""The input of a law: its titles to choose from while typing."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.template import statutes
from pledges.core.template.blanks import Blank


def list_id(code: str) -> str:
    """The id of the list of titles for the blank with this code."""
    return f"titles-{code}"


def title_list(blank: Blank, language: str) -> SafeString:
    """The titles that are offered: the version's own first, then the laws of the list.

    Beside each, where there is one, stands a name that also finds it: a short title, or the
    Chinese one in an English pledge.
    """
    offered: dict[str, str] = {}
    for title, other in (*_of_version(blank, language), *_of_list(language)):
        offered.setdefault(title, other or title)
    # As attributes: what is offered is no text of the sheet.
    options = format_html_join("", '<option value="{}" label="{}">', offered.items())
    return format_html('<datalist id="{}">{}</datalist>', list_id(blank.code), options)


def _of_version(blank: Blank, language: str) -> Iterator[tuple[str, str]]:
    for words in blank.suggestions:
        typed = words.in_(language)
        yield statutes.name_in(statutes.read_title(typed) or typed, language), ""


def _of_list(language: str) -> Iterator[tuple[str, str]]:
    for statute in statutes.in_force():
        if language == ENGLISH:
            yield statute.title.en, statute.title.zh
        else:
            short = [name for name in statute.short if not name.isascii()]
            yield statute.title.zh, "、".join(short)
