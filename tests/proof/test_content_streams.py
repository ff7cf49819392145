"""Content streams: what the renderer writes is read, and what readers differ about is refused."""

import pytest

from pledges.proof.pdf.content_streams import OPERATORS, Foreign, used
from pledges.proof.pdf.objects import Budget
from pledges.proof.verdict import Rejected

TEXT = b"BT /F 12 Tf 1 0 0 -1 20 30.5 Tm [<0041>-12<00420043>.5] TJ T* <0041> Tj ET"


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", set()),
        (TEXT, {("/Font", "/F")}),
        (b"q 0.75 0 0 0.75 0 0 cm /A.0 gs /X Do Q", {("/ExtGState", "/A.0"), ("/XObject", "/X")}),
        (b"/P <</MCID 3>> BDC /Artifact BMC EMC EMC", set()),
        (b"/Artifact\n<</Type /Pagination/Subtype /Footer>>\nBDC\nEMC", set()),
        (b"1 0 m 2 0 l 3 0 4 0 5 0 c h 0 0 9 9 re W* n", set()),
        (b"[3 .5] 0 d 1 J 2 Tr 0 0 0 rg\n", set()),
        (b"[] 0 d 0 w [0 9] -3 d 999999 0 0 1 re f", set()),
        (b"q .001 0 0 .001 0 0 cm q 1000 0 0 1000 0 0 cm Q Q", set()),
        (b"BT /F 0.1 Tf 0 1 -1 0 0 0 Tm ET", {("/Font", "/F")}),
    ],
)
def test_what_the_renderer_writes_is_read(content, names):
    assert used(content, Budget()) == names


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 9 re", b"0 0 9 9 9 re n", b"0 0 9 9re n", b"100re", b"0 0 9 9 re", b"0 0 l n",
        b"0 0 9 9 re q Q n", b"0 0 9 9 re W 1 0 l n", b"n", b"W n", b"Q", b"q", b"EMC", b"/P BMC",
        b"/P BMC Q", b"q EMC", b"BT", b"ET", b"BT BT ET ET", b"<0041> Tj", b"BT q Q ET",
        b"BT 0 0 m ET", b"BT /X Do ET", b"BT (A) Tj ET", b"BT <41> Tj ET", b"BT <004> Tj ET",
        b"/OC /L BDC EMC", b"/OC <</MCID 1>> BDC EMC", b"/P <</OC /L>> BDC EMC", b"/P /L BDC EMC",
        b"/P <</ActualText <0041>>> BDC EMC", b"3 Tr", b"7 Tr", b"1.0 Tr", b"-1 J", b"/F Tf",
        b"F 12 Tf", b"/F 12 /F Tf", b"/F#41 12 Tf", b"1 2 3 rgg", b"1 2 3 k", b"/CS cs", b"/P sh",
        b"BI /W 1 ID x EI", b"BX EX", b"% note\n", b"q % Q\nQ", b"q\0Q", b"q\x0cQ", b"1 w 2",
        b"1. . w", b"+1 w", b"1e2 w", b"--1 w", b"1-2 w", b"[1 [2]] 0 d", b"[1 0 d", b"1 ] 0 d",
        b"<< w", b"]", b">>", b"/", b"{1} w", b"1000000 w", b"[1000000] 0 d", b"-1 w",
        b"[0] 0 d", b"[0 0] 0 d", b"[9 -1] 0 d", b"BT 50 Tz ET",
        b"/F 0 Tf", b"/F .09 Tf", b"/F 1001 Tf", b"/F -12 Tf",
        b"0 0 0 0 0 0 cm", b"1 1 1 1 0 0 cm", b"0 0 0 1 0 0 cm", b"10001 0 0 1 0 0 cm",
        b"BT 0 0 0 0 0 0 Tm ET", b"BT 1 2 2 4 0 0 Tm ET",
        # Too small or large only by all of them together.
        b".01 0 0 .01 0 0 cm q .01 0 0 .01 0 0 cm Q", b"200 0 0 1 0 0 cm 200 0 0 1 0 0 cm",
        b".01 0 0 .01 0 0 cm BT .01 0 0 .01 0 0 Tm ET",
    ],
)  # fmt: skip
def test_what_readers_differ_about_is_refused(content):
    with pytest.raises(Foreign):
        used(content, Budget())


@pytest.mark.parametrize("word", OPERATORS)
def test_no_operator_stands_without_its_operands(word):
    operator = OPERATORS[word]
    if operator.operands:
        with pytest.raises(Foreign):
            used((b"BT " if operator.within == ("text",) else b"") + word, Budget())


def test_what_pages_hold_has_an_end():
    used(b"1 w 1 w", Budget(tokens=4))
    with pytest.raises(Rejected, match="few pages"):
        used(b"1 w 1 w", Budget(tokens=3))
