"""A verdict crosses between processes as JSON and is the same afterwards."""

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.proof.verdict import (
    Check,
    Explanation,
    Line,
    Outcome,
    Summary,
    Verdict,
)
from pledges.proof.verdict_json import from_json, to_json

words = st.text(max_size=20)
facts = st.dictionaries(words, words, max_size=3)
times = st.datetimes(timezones=st.just(UTC))
explanations = st.builds(
    Explanation, **dict.fromkeys(("rule", "expected", "found", "where", "trace"), words)
)
lines = st.builds(
    Line,
    check=st.sampled_from(Check),
    passed=st.sampled_from([True, False, None]),
    reason=words,
    values=facts,
    explanation=st.none() | explanations,
)
summaries = st.builds(
    Summary,
    **dict.fromkeys(("number", "template", "language", "signer", "employee_number"), words),
    **dict.fromkeys(("department", "organisation", "accepted_by", "method", "pledge_id"), words),
    file_format=words,
    version=st.integers(min_value=1, max_value=10**6),
    signed_at=times,
    accepted_at=st.none() | times,
    levels=st.lists(words, max_size=2).map(tuple),
    answers=facts,
)
verdicts = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    lines=st.lists(lines, max_size=10).map(tuple),
    sha256=words,
    summary=st.none() | summaries,
)


@given(verdicts)
def test_a_verdict_comes_back_as_it_was(verdict: Verdict) -> None:
    assert from_json(json.loads(json.dumps(to_json(verdict)))) == verdict


GOOD = to_json(Verdict(Outcome.REJECTED, (Line(Check.FILE, False, "not-a-pdf"),), "00"))
LINE = GOOD["lines"][0]


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        {},
        {**GOOD, "outcome": "fine"},
        {**GOOD, "lines": 3},
        {**GOOD, "lines": [{**LINE, "check": "weather"}]},
        {**GOOD, "lines": [{**LINE, "passed": "yes"}]},
        {**GOOD, "lines": [{**LINE, "explanation": {"ruse": "x"}}]},
        {**GOOD, "lines": [{**LINE, "explanation": "x"}]},
        {**GOOD, "summary": {"number": "1"}},
        {**GOOD, "summary": {"signed_at": 3, "accepted_at": None, "levels": []}},
    ],
)
def test_what_is_no_verdict_is_refused(found: object) -> None:
    with pytest.raises(ValueError):
        from_json(found)
