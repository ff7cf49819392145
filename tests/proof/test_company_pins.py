"""Pins of the company's seal as text: what is read, what is refused, on which days they count."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.proof.keys import company_pins
from pledges.proof.keys.company_pins import CompanyPin, Malformed, PinKind

KEY = "0f" * 32
IDENTIFIER = "VATCN-91310000MA1FL12345"
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)

READ = {
    f"sha256={KEY}": CompanyPin(PinKind.KEY, KEY),
    f"  sha256={KEY.upper()} ": CompanyPin(PinKind.KEY, KEY),
    f"sha256={KEY} from 2026-01-01": CompanyPin(PinKind.KEY, KEY, FIRST),
    f"sha256={KEY}\tuntil  2028-12-31": CompanyPin(PinKind.KEY, KEY, None, LAST),
    f"sha256={KEY} from 2026-01-01 until 2026-01-01": CompanyPin(PinKind.KEY, KEY, FIRST, FIRST),
    f"organizationIdentifier={IDENTIFIER} from 2026-01-01 until 2028-12-31": CompanyPin(
        PinKind.ORGANISATION, IDENTIFIER, FIRST, LAST
    ),
    "organizationIdentifier=PSDES-BDE-3DFD21=x": CompanyPin(
        PinKind.ORGANISATION, "PSDES-BDE-3DFD21=x"
    ),
}
REFUSED = {
    "": "is no pin",
    KEY: "is no pin",
    "sha256=": "is no pin",
    "sha1=0f": "write sha256=",
    "SHA256=" + KEY: "write sha256=",
    f"sha256={KEY[:-1]}": "64 hexadecimal digits",
    f"sha256={KEY}0": "64 hexadecimal digits",
    f"sha256={KEY[:-1]}g": "64 hexadecimal digits",
    f"sha256={KEY[:-1]}٣": "64 hexadecimal digits",
    f"sha256= {KEY}": "is no pin",
    f"sha256={KEY} since 2026-01-01": "“from DATE”, “until DATE”",
    f"sha256={KEY} until 2026-01-01 from 2026-01-01": "“from DATE”, “until DATE”",
    f"sha256={KEY} from 2026-01-01 from 2026-01-01": "“from DATE”, “until DATE”",
    f"sha256={KEY} from": "“from DATE”, “until DATE”",
    f"sha256={KEY} 2026-01-01": "“from DATE”, “until DATE”",
    f"sha256={KEY} from 2026-02-30": "2026-12-31",
    f"sha256={KEY} from 20260101": "2026-12-31",
    f"sha256={KEY} from 2026-1-1": "2026-12-31",
    f"sha256={KEY} until 2026-01-01T00:00": "2026-12-31",
    f"sha256={KEY} from 2026-01-02 until 2026-01-01": "ends before it begins",
}


@pytest.mark.parametrize(("text", "pin"), READ.items())
def test_a_pin_is_read_and_written_again(text, pin):
    assert company_pins.read(text) == pin
    assert company_pins.read(str(pin)) == pin


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_is_no_pin_is_refused_with_what_to_write(text, said):
    with pytest.raises(Malformed, match=said):
        company_pins.read(text)


def test_a_list_is_separated_by_commas():
    assert company_pins.read_all("") == company_pins.read_all(" , ") == ()
    together = ",\n".join(READ)
    assert company_pins.read_all(together) == tuple(READ.values())
    with pytest.raises(Malformed, match="sha512"):
        company_pins.read_all(f"{together}, sha512=0f")


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), True),
        (datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2029, 1, 1, tzinfo=UTC), False),
        # The day is that of UTC, wherever the clock stands.
        (datetime(2026, 1, 1, 7, 59, tzinfo=timezone(timedelta(hours=8))), False),
        (datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))), True),
    ],
)
def test_both_days_count(at, counts):
    assert CompanyPin(PinKind.KEY, KEY, FIRST, LAST).covers(at) is counts


@given(st.text(max_size=100))
def test_any_text_at_all_is_answered(text):
    try:
        pins = company_pins.read_all(text)
    except Malformed:
        return
    assert company_pins.read_all(",".join(map(str, pins))) == pins
