"""The sentences for what the domain says as data: wrong answers, refusals, faults in a text."""

from pledges.wording.answers import (
    answer,
    answer_problem,
    correction,
    expectation,
    expected,
    flag_note,
    hint,
    is_free,
    label,
    missing,
)
from pledges.wording.audiences import in_words as audience_in_words
from pledges.wording.citations import citation
from pledges.wording.devices import device
from pledges.wording.durations import about
from pledges.wording.guidance import guidance, in_language
from pledges.wording.language import active as language
from pledges.wording.names import unfit_character
from pledges.wording.password_advice import easily_guessed
from pledges.wording.refusals import refusal, refusal_of_kind
from pledges.wording.texts import fault, text_problem

__all__ = [
    "about",
    "answer",
    "answer_problem",
    "audience_in_words",
    "citation",
    "correction",
    "device",
    "easily_guessed",
    "expectation",
    "expected",
    "fault",
    "flag_note",
    "guidance",
    "hint",
    "in_language",
    "is_free",
    "label",
    "language",
    "missing",
    "refusal",
    "refusal_of_kind",
    "text_problem",
    "unfit_character",
]
