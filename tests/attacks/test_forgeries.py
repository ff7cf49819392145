"""Every forgery of the table is rejected, and every honest file accepted; prints the counts."""

from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from io import BytesIO

import pikepdf
import pytest

from pledges.proof.judging import judge
from pledges.proof.verdict import Outcome
from tests.attacks.authorities import (
    COMPANY,
    IDENTIFIER,
    accepted_by,
    company_by,
    knowing,
    licensed,
    manager_by,
    renew,
    renewed,
    stolen,
)
from tests.attacks.honest import LATER, accept, honest, sign
from tests.attacks.renderings import sealed
from tests.attacks.structures import rebuilt
from tests.attacks.table import ALL, failed_line, reason_of
from tests.rendering.samples import poppler
from tests.sealed import ACCEPTED, ORGANISATION

# Each enters its forgeries into the table.
for _name in (
    "smuggling",
    "wrapping",
    "structures",
    "substitutions",
    "proofs",
    "exchanges",
    "authorities",
    "renderings",
    "appearances",
    "repairs",
    "timestamps",
    "readers",
    "stamps",
):
    import_module(f"tests.attacks.{_name}")


@pytest.mark.parametrize("forgery", ALL, ids=lambda forgery: forgery.title)
def test_a_forgery_is_rejected_for_what_it_is(forgery):
    """As served, and with the document read before its signatures: most forgeries are found by
    their signatures, and the checks of the document must find them too."""
    made = honest()
    forged = forgery.forged(made)
    served = made.judged(forgery.base, forged.pdf, **forged.told)
    assert served.outcome is Outcome.REJECTED
    assert served.summary is None
    verdict = made.judged(forgery.base, forged.pdf, **forged.told, signatures_first=False)
    assert verdict.outcome is Outcome.REJECTED
    assert reason_of(verdict) in forgery.reasons, failed_line(verdict)
    for each in (served, verdict):
        assert failed_line(each).explanation.rule
        assert reason_of(each) != "failed", failed_line(each)
    if forgery.opens:
        assert poppler("pdfinfo", forged.pdf)
        with pikepdf.open(BytesIO(forged.pdf)) as opened:
            assert opened.pages


def test_there_are_kinds_enough():
    kinds = {forgery.name for forgery in ALL}
    print(f"\nforgeries: {len(kinds)} kinds, {len(ALL)} files")
    assert len(kinds) >= 40


@pytest.mark.parametrize("years", [0, 1, 5, 9])
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("signed", Outcome.SIGNED_ONLY),
        ("finished", Outcome.ACCEPTED),
        ("stamped_signed", Outcome.SIGNED_ONLY),
        ("lta", Outcome.ACCEPTED),
        ("renewed", Outcome.ACCEPTED),
    ],
)
def test_an_honest_file_is_accepted_for_years(name, outcome, years):
    made = honest()
    trust = (made.basic if name in ("signed", "finished") else made.stamped).trust
    verdict = judge(made.base(name), trust=trust, at=LATER + timedelta(days=366 * years))
    assert verdict.outcome is outcome, verdict.lines


def test_a_revision_written_by_hand_is_as_good_as_one_by_the_library():
    """Else the forgeries that are written so would be rejected for being written so."""
    made = honest()
    assert made.judged("lta", rebuilt(made)).outcome is Outcome.ACCEPTED
    assert made.judged("signed", sealed(made)).outcome is Outcome.SIGNED_ONLY


DAY = ACCEPTED.date()


@pytest.mark.parametrize(
    "days", ["", f"from {DAY}", f"until {DAY}", f"from {DAY} until {DAY}", "from 2020-01-01"]
)
def test_a_seal_by_a_licensed_authority_for_the_company_is_accepted(days):
    made, by = honest(), licensed(ORGANISATION)
    pins = [licensed(ORGANISATION).pin(), by.pin(days)]
    honestly = accepted_by(made, made.signed, by, *pins)
    assert made.judged("signed", honestly.pdf, **honestly.told).outcome is Outcome.ACCEPTED


def test_a_seal_with_the_companys_identifier_is_accepted_whatever_its_key():
    made = honest()
    for _ in range(2):
        by = licensed(ORGANISATION, ORGANIZATION_IDENTIFIER=IDENTIFIER)
        honestly = accepted_by(made, made.signed, by, COMPANY)
        assert made.judged("signed", honestly.pdf, **honestly.told).outcome is Outcome.ACCEPTED


def test_the_time_of_a_pin_is_the_trusted_one_where_there_is_one():
    """A pin ends at midnight, between what the seal claims and what the authority says."""
    made, by = honest(), licensed(ORGANISATION)
    midnight = datetime.combine(DAY + timedelta(days=1), time(), UTC)
    claimed, stamped = midnight - timedelta(minutes=1), midnight + timedelta(minutes=1)
    pdf = accept(
        made.stamped,
        made.stamped_signed,
        identity=by.identity,
        at=claimed,
        timestamping=made.stamped.stamp(stamped),
    )
    for days, reason in ((f"until {DAY}", "company-not-pinned"), (f"from {stamped.date()}", "")):
        trust = knowing(made, by.pin(days), stamped=True)
        assert reason_of(made.judged("lta", pdf, trust=trust)) == reason


def test_what_was_sealed_under_our_own_root_needs_no_pin_and_outlives_the_change_to_another():
    made = honest()
    for pins in ([], [licensed(ORGANISATION).pin()]):
        verdict = made.judged("finished", made.finished, trust=knowing(made, *pins))
        assert verdict.outcome is Outcome.ACCEPTED


def test_the_refusal_names_the_pin_that_is_missing():
    made, by = honest(), licensed(ORGANISATION)
    refused = accepted_by(made, made.signed, by)
    verdict = made.judged("signed", refused.pdf, **refused.told)
    (line,) = (line for line in verdict.lines if line.passed is False)
    assert line.values == {"pin": str(by.pin()), "at": str(DAY)}
    again = accepted_by(made, made.signed, by, line.values["pin"])
    assert made.judged("signed", again.pdf, **again.told).outcome is Outcome.ACCEPTED


def test_certificates_made_by_hand_are_as_good_as_those_of_the_installation():
    """Else the forgeries with them would be rejected for being made so."""
    made = honest()
    manager = manager_by(made.basic, stolen(made.basic, "event-ca"), made.rendered)
    company = company_by(made.basic, stolen(made.basic, "company-ca"))
    signed = sign(made.basic, made.rendered, identity=manager)
    pdf = accept(made.basic, signed, identity=company)
    assert made.judged("finished", pdf).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("name", ["event-ca", "company-ca"])
def test_what_a_replaced_authority_certified_is_accepted(name):
    """Signed and accepted before and after the renewal, and signed before, accepted after it."""
    made = honest()
    installation, _old = renewed(made, name)
    signed = sign(installation, made.rendered)
    files = [accept(installation, signed)]
    renew(installation, name)
    files += [accept(installation, signed), installation.finished()]
    for pdf in files:
        verdict = judge(pdf, trust=installation.trust, at=LATER + timedelta(days=1))
        assert verdict.outcome is Outcome.ACCEPTED, verdict.lines


def test_a_finished_file_cut_back_to_what_the_manager_signed_is_an_honest_signed_one():
    made = honest()
    cut = made.finished[: len(made.signed)]
    assert made.judged("finished", cut).outcome is Outcome.SIGNED_ONLY
