"""The sentences for what the domain says as data: wrong answers, refusals, faults in a text."""

from pledges.wording.answers import answer_problem, expected, flag_note, hint, label, missing
from pledges.wording.citations import citation
from pledges.wording.devices import device
from pledges.wording.durations import about
from pledges.wording.language import active as language
from pledges.wording.names import unfit_character
from pledges.wording.password_advice import easily_guessed
from pledges.wording.refusals import refusal, refusal_of_kind
from pledges.wording.texts import fault, text_problem

__all__ = [
    "about",
    "answer_problem",
    "citation",
    "device",
    "easily_guessed",
    "expected",
    "fault",
    "flag_note",
    "hint",
    "label",
    "language",
    "missing",
    "refusal",
    "refusal_of_kind",
    "text_problem",
    "unfit_character",
]
