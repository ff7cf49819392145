"""What a draft keeps of its answers: as typed, from the record, and from version to version."""

from collections.abc import Mapping

from pledges.core.template.blanks import OTHER, Blank, Kind
from pledges.models import Person, TemplateVersion

# More than the longest answer that any blank takes; what is beyond is not kept but refused.
MAX_TYPED_LENGTH = 10_000


def profile_answers(version: TemplateVersion, person: Person) -> dict[str, str]:
    """What the person's record fills in of `version`'s blanks."""
    profile = person.profile()
    return {
        blank.code: profile[blank.profile_field]
        for blank in version.blank_list
        if blank.kind is Kind.PROFILE
    }


def kept_of(typed: Mapping[str, str]) -> dict[str, str]:
    """What of typed answers is read and kept: as much as any blank takes, and more."""
    return {
        code: text[:MAX_TYPED_LENGTH].replace("\x00", "\N{REPLACEMENT CHARACTER}")
        for code, text in typed.items()
    }


def typed_codes(blanks: tuple[Blank, ...]) -> frozenset[str]:
    """The keys under which a manager's answers are kept."""
    own = [blank for blank in blanks if blank.filled_by_manager]
    return frozenset(key for blank in own for key in _keys(blank))


def carried(
    answers: Mapping[str, str], before: TemplateVersion, after: TemplateVersion
) -> dict[str, str]:
    """The typed answers that another version asks for too: a blank of that code, of that kind."""
    kinds = {blank.code: blank.kind for blank in before.blank_list if blank.filled_by_manager}
    return {
        key: answers[key]
        for blank in after.blank_list
        if blank.filled_by_manager and kinds.get(blank.code) is blank.kind
        for key in _keys(blank)
        if answers.get(key)
    }


def filled_up(
    own: Mapping[str, str], other: Mapping[str, str], version: TemplateVersion
) -> dict[str, str]:
    """The answers `own`, and where a blank of `version` has none of them, those of `other`."""
    answers = dict(own)
    for blank in version.blank_list:
        if blank.filled_by_manager and not own.get(blank.code):
            answers |= {key: other[key] for key in _keys(blank) if other.get(key)}
    return answers


def _keys(blank: Blank) -> list[str]:
    return [blank.code, blank.code + OTHER] if blank.other else [blank.code]
