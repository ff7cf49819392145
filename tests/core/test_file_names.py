"""Names of files: they say what the file is, and are safe on every system and in every header."""

import re
import unicodedata
from email.message import Message

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pledges.core.characters import is_refused
from pledges.core.file_names import FileName, name_document, safe_part

NUMBER = "CN-2026-000001"
WINDOWS = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)


def name(kind="通用准则型", signer="李明", revision=2, language="zh-hans", **more) -> FileName:
    return name_document(
        kind=kind, signer=signer, number=NUMBER, revision=revision, language=language, **more
    )


@pytest.mark.parametrize(
    ("made", "full", "plain"),
    [
        (name(), f"承诺书-通用准则型-李明-{NUMBER}.pdf", f"{NUMBER}.pdf"),
        (name(revision=5), f"承诺书-通用准则型-李明-{NUMBER}.pdf", f"{NUMBER}.pdf"),
        (
            name(revision=1),
            f"承诺书-通用准则型-李明-{NUMBER}-公司未确认.pdf",
            f"{NUMBER}-not-confirmed.pdf",
        ),
        (
            name(revision=0),
            f"承诺书-通用准则型-李明-{NUMBER}-未签署.pdf",
            f"{NUMBER}-not-signed.pdf",
        ),
        (
            name("General Standards", "Anna O’Neil", 1, "en", ending="proof.json"),
            f"Pledge-General Standards-Anna O’Neil-{NUMBER}-not confirmed.proof.json",
            f"{NUMBER}-not-confirmed.proof.json",
        ),
        (name(signer=""), f"承诺书-通用准则型-{NUMBER}.pdf", f"{NUMBER}.pdf"),
    ],
)
def test_a_name_says_what_the_file_is(made, full, plain):
    assert made == FileName(full, plain)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("李明", "李明"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\系统", "C-Windows-系统"),
        ("甲/乙|丙?丁*", "甲-乙-丙-丁"),
        ('<李>"明"', "李-明"),
        (" 李\u3000明 . ", "李 明"),
        ("李\u202e明\u200b\x00\n\x1b", "李明"),
        (".profile", "profile"),
        ("con", "_con"),
        ("Lpt1.txt", "_Lpt1.txt"),
        ("Conrad", "Conrad"),
        ("e\u0301lan", "élan"),
        ("", ""),
        ("//", ""),
    ],
)
def test_a_part_holds_nothing_that_a_system_takes_for_its_own(text, part):
    assert safe_part(text) == part


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(["zh-hans", "en"]))
@example("CON", "nul.", "en")
@example("甲" * 60, "\U00020bb7" * 80, "zh-hans")
@example("a" + "\u0301" * 60, "b" * 100, "en")
def test_whatever_people_are_called_a_name_is_safe_short_and_unique(kind, signer, language):
    for revision in (0, 1, 2):
        made = name(kind, signer, revision, language, ending="proof.json")
        stem = made.full.removesuffix(".proof.json")
        assert len(made.full.encode()) <= 255 and NUMBER in made.full
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', made.full)
        assert not any(map(is_refused, made.full)) and not WINDOWS.fullmatch(stem)
        assert stem == stem.strip(" .") and not stem.startswith("-")
        assert unicodedata.is_normalized("NFC", made.full)
        assert re.fullmatch(r"[A-Za-z0-9.-]+", made.plain)
        for part in (safe_part(kind), safe_part(signer)):
            assert not WINDOWS.fullmatch(part)


@pytest.mark.parametrize("kept", ["attachment", "inline"])
@pytest.mark.parametrize("made", [name(), name("Rules; “50%”", "O'Neil, Anna", 1, "en")])
def test_a_header_gives_the_whole_name_to_whoever_reads_rfc_6266(kept, made):
    """As Python's own parser of RFC 2231 reads it; the plain one stands first."""
    header = made.disposition(kept)
    assert header.isascii() and header.index("filename=") < header.index("filename*=")
    parsed = Message()
    parsed["Content-Disposition"] = header
    assert parsed.get_content_disposition() == kept
    fields = dict(part.strip().split("=", 1) for part in header.split(";")[1:])
    assert fields["filename"] == f'"{made.plain}"'
    only = Message()
    only["Content-Disposition"] = f"{kept}; filename*={fields['filename*']}"
    assert only.get_filename() == made.full
