"""What is said of a fault in pledge text or in a template file: where, what, what was expected."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core.template.problems import Problem

_SENTENCES: dict[str, str | Promise] = {
    "number-skipped": gettext_lazy("the number %(found)s leaves a gap; %(expected)s was expected"),
    "number-repeated": gettext_lazy(
        "the number %(found)s is repeated here; %(expected)s was expected"
    ),
    "number-misplaced": gettext_lazy(
        "the number %(found)s does not belong here; %(expected)s was expected"
    ),
    "number-unreadable": gettext_lazy("%(found)s looks like a number but is not one"),
    "malformed-blank": gettext_lazy("a blank is written {{code}}; %(found)s has no counterpart"),
    "bad-code": gettext_lazy(
        "“%(found)s” is not a code: use lower-case letters, digits and _, a letter first"
    ),
    "control-character": gettext_lazy("a character that cannot be printed (%(found)s)"),
    "line-too-long": gettext_lazy(
        "the line has %(found)s characters; at most %(expected)s are allowed"
    ),
    "file-too-large": gettext_lazy(
        "the file has %(found)s bytes; at most %(expected)s are allowed"
    ),
    "bad-front-matter": gettext_lazy("a line “%(expected)s” was expected here"),
    "bad-yaml": gettext_lazy("this is not YAML (%(found)s)"),
    "yaml-alias": gettext_lazy("anchors and aliases are not used in template files"),
    "yaml-tag": gettext_lazy("tags are not used in template files"),
    "too-deep": gettext_lazy("nested too deeply"),
    "wrong-type": gettext_lazy("%(expected)s was expected here, not %(found)s"),
    "unknown-key": gettext_lazy("“%(found)s” is not known here; allowed are: %(expected)s"),
    "missing-key": gettext_lazy("“%(expected)s” is missing"),
    "duplicate-key": gettext_lazy("“%(found)s” appears here twice"),
    "missing-language": gettext_lazy("the wording in “%(expected)s” is missing"),
    "unknown-language": gettext_lazy(
        "“%(found)s” is not a language here; allowed are: %(expected)s"
    ),
    "duplicate-language": gettext_lazy("the text in “%(found)s” appears here twice"),
    "empty-text": gettext_lazy("a text was expected here"),
    "reserved-line": gettext_lazy("a line of pledge text cannot begin with “%(found)s”"),
    "bad-slug": gettext_lazy(
        "“%(found)s” is not a slug: use lower-case letters and digits, joined by -"
    ),
    "bad-date": gettext_lazy("“%(found)s” is not a date; YYYY-MM-DD was expected"),
    "bad-number": gettext_lazy("“%(found)s” is not a number of the kind expected here"),
    "bad-boolean": gettext_lazy("true or false was expected, not “%(found)s”"),
    "bad-range": gettext_lazy("the range is not valid"),
    "bad-decimals": gettext_lazy("%(expected)s decimals are allowed, not “%(found)s”"),
    "bad-term": gettext_lazy("a term must be %(expected)s months, not “%(found)s”"),
    "unknown-kind": gettext_lazy("“%(found)s” is not a kind of blank; allowed are: %(expected)s"),
    "unknown-profile-field": gettext_lazy(
        "“%(found)s” is not in people's records; allowed are: %(expected)s"
    ),
    "unknown-option": gettext_lazy("“%(found)s” is not an option; allowed are: %(expected)s"),
    "duplicate-option": gettext_lazy("the option “%(found)s” appears here twice"),
    "too-few-options": gettext_lazy("a choice needs at least %(expected)s options"),
    "not-for-this-kind": gettext_lazy("“%(found)s” does not apply to this kind of blank"),
    "duplicate-code": gettext_lazy("the code “%(found)s” is used by another blank"),
    "text-too-long": gettext_lazy(
        "the text has %(found)s characters; at most %(expected)s are allowed"
    ),
    "undeclared-blank": gettext_lazy("the blank “%(found)s” is used but not declared"),
    "unused-blank": gettext_lazy("the blank “%(found)s” is declared but not used"),
    "blank-used-twice": gettext_lazy("the blank “%(found)s” is used twice"),
    "bad-count": gettext_lazy("%(expected)s of them are allowed, not %(found)s"),
    "not-an-answer": gettext_lazy("“%(found)s” is not an answer that this blank accepts"),
    "not-a-statute": gettext_lazy("“%(found)s” is not a blank for the title of a law"),
    "statute-in-marks": gettext_lazy(
        "the law “%(found)s” is in quotation marks; it is printed with its own 《》"
    ),
    "structure-differs": gettext_lazy(
        "the two languages differ: %(expected)s was expected, %(found)s found"
    ),
    "blanks-differ": gettext_lazy(
        "the two languages differ: the blanks %(expected)s were expected, %(found)s found"
    ),
}


def text_problem(problem: Problem) -> str:
    """The fault as one line: its place, what is wrong, and what was expected there."""
    return _("Line %(line)s, column %(column)s: %(fault)s.") % {
        "line": problem.line,
        "column": problem.column,
        "fault": fault(problem),
    }


def fault(problem: Problem) -> str:
    """What is wrong, without its place."""
    nothing = _("nothing")
    names = {"expected": problem.expected or nothing, "found": problem.found or nothing}
    return str(_SENTENCES.get(problem.kind, problem.kind)) % names
