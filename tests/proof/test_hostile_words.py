"""What a file says never steers the terminal, the page or the log that it is told on."""

import io
import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from django.core.management import CommandError, call_command, load_command_class
from gunicorn.config import Config
from hypothesis import example, given
from hypothesis import strategies as st

from config.weblog import Logger
from pledges.core import characters
from pledges.core.log_lines import EscapingFormatter
from pledges.management.visible import VisibleCommand
from pledges.proof import __main__ as command
from pledges.proof.judging import judge
from pledges.proof.messages import wording
from pledges.proof.messages.catalogue import REASONS
from pledges.proof.verdict import Check, Line
from tests.attacks.honest import honest, seal_for
from tests.attacks.renderings import rendered_with
from tests.sealed import NOW

PROJECT = Path(__file__).parent.parent.parent
CLEARED = "\x1b[2J\x1b[H✓ Accepted\r\n✓ 文件\u202e\u200b\u2066\x9b2J\u2028\x7f\U000e0041"
"""Clears the screen, says what the command would say, turns the writing round, hides."""
SEEN = r"\x1b[2J\x1b[H✓ Accepted\r\n✓ 文件\u202e\u200b\u2066\x9b2J\u2028\x7f\U000e0041"


def is_told_safely(text: str) -> bool:
    return not any(map(characters.is_refused, text.replace("\n", "")))


# --- Properties -----------------------------------------------------------------------------------
ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
@example(CLEARED)
@example("".join(map(chr, range(0x3000))))
def test_no_character_that_cannot_be_seen_is_left(text):
    escaped = characters.escape_invisible(text)
    assert is_told_safely(escaped) and "\n" not in escaped
    assert characters.escape_invisible(escaped) == escaped
    if is_told_safely(text) and "\n" not in text and not has_selector(text):
        assert escaped == text
    assert characters.escape_lines(text).split("\n") == [
        characters.escape_invisible(line) for line in text.split("\n")
    ]


def has_selector(text: str) -> bool:
    return any(0xE0100 <= ord(character) < 0xE01F0 for character in text)


def test_every_character_of_unicode_alone():
    for code in range(sys.maxunicode + 1):
        (*escaped,) = characters.escape_invisible(chr(code))
        hidden = characters.is_refused(chr(code)) or 0xE0100 <= code < 0xE01F0
        assert (escaped != [chr(code)]) is hidden, hex(code)
        assert not hidden or "".join(escaped).isascii()


@given(ANY)
@example(CLEARED)
def test_a_value_is_cut(text):
    seen = characters.shown(text)
    assert is_told_safely(seen) and len(seen) <= characters.MAX_SHOWN
    assert seen == characters.escape_invisible(text) or seen.endswith("…")
    assert characters.shown(seen) == seen


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
@example({CLEARED: CLEARED, "\ud800": "\U0010ffff"})
def test_json_is_told_safely_and_means_the_same(value):
    for indent in (None, 2):
        told = characters.escape_json(json.dumps(value, ensure_ascii=False, indent=indent))
        assert is_told_safely(told)
        assert json.loads(told) == value


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("葛\U000e0100飾区", "葛\U000e0100飾区"),  # the form of the name of a place
        ("葛\U000e0100\U000e0101", r"葛" "\U000e0100" r"\U000e0101"),
        ("a\U000e0100", r"a\U000e0100"),
        ("\U000e0100", r"\U000e0100"),
        ("a\\x1b b", "a\\x1b b"),
        ("\u3164\u115f\u2800\u034f\ufe0f", r"\u3164\u115f\u2800\u034f\ufe0f"),
        ("\ue000\ud800\u0378", r"\ue000\ud800\u0378"),
    ],
)
def test_what_is_seen_of_it(text, seen):
    assert characters.escape_invisible(text) == seen


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_reason_tells_its_values_safely(reason, language):
    names = ("what", "fields", "field", "where", "why", "name", "number", "pin", "at", "signed")
    values = dict.fromkeys(names, CLEARED * 100)
    said = wording.say(Line(Check.FILE, False, reason, values), language)
    assert is_told_safely(said) and "\n" not in said


# --- The command ----------------------------------------------------------------------------------
def with_field(name: str) -> bytes:
    """A document with a third field of that name, under a true signature: who has no key, of them
    nothing is read that could be told."""
    made = honest()

    def harm(pdf):
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String(name))
        pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field))

    revision0 = rendered_with(made, harm)
    return seal_for(made.basic, revision0, revision0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made, place = honest(), tmp_path_factory.mktemp("hostile")
    (place / "forged.pdf").write_bytes(with_field(CLEARED))
    (place / "root.pem").write_bytes((made.basic.folder / "root.pem").read_bytes())
    (place / "honest.pdf").write_bytes(made.finished)
    (place / "other.pem").write_bytes((made.impostor.folder / "root.pem").read_bytes())
    return place


def run(folder, name, *options, trust="root.pem"):
    arguments = ["-m", "pledges.proof", folder / name, "--trust", folder / trust, *options]
    return subprocess.run([sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True)


@pytest.mark.parametrize(
    "options",
    [[], ["--language", "en"], ["--json"], ["--verbose"], ["--explain"], ["--json", "--explain"]],
)
def test_a_field_with_a_hostile_name_is_told_by_the_command(folder, options):
    done = run(folder, "forged.pdf", *options)
    assert done.returncode == 1
    assert "ManagerSignature, CompanySeal, " in done.stdout
    assert SEEN in done.stdout or "--json" in options
    assert is_told_safely(done.stdout) and is_told_safely(done.stderr)
    if "--json" in options:
        (line,) = (each for each in json.loads(done.stdout)["lines"] if each["passed"] is False)
        assert line["values"]["fields"].endswith(CLEARED)


def test_a_statement_is_told_by_the_command_safely():
    made = honest()
    verdict = judge(made.finished, trust=made.basic.trust, at=NOW)
    hostile = replace(
        verdict.summary, signer=CLEARED, answers={CLEARED: CLEARED, "long": "长" * 900}
    )
    verdict = replace(verdict, summary=hostile)
    words = "\n".join(command._in_words(verdict, "en", explain=True))
    assert is_told_safely(words) and f"  {SEEN}: {SEEN}\n" in words
    assert f"  long: {'长' * (characters.MAX_SHOWN - 1)}…" in words
    told = command._as_json(verdict, explain=True)
    assert is_told_safely(told)
    assert json.loads(told)["summary"]["answers"] == dict(hostile.answers)


def test_libraries_say_nothing_of_a_file_that_is_rejected(folder):
    """Of a path that cannot be built they write lines, of other faults tracebacks."""
    done = run(folder, "honest.pdf", trust="other.pem")
    assert (done.returncode, done.stderr) == (1, "")


LIBRARY = f"""
import logging, warnings
from pledges.proof.__main__ import _tell_what_libraries_say
_tell_what_libraries_say(%s)
try:
    raise ValueError({CLEARED!r})
except ValueError:
    logging.getLogger("pyhanko.sign").error("of %%s", {CLEARED!r}, exc_info=True)
warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
"""


@pytest.mark.parametrize("wanted", [False, True])
def test_libraries_are_heard_when_asked_for_and_safely(wanted):
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", LIBRARY % wanted],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert is_told_safely(done.stderr)
    said = (f"ERROR pyhanko.sign of {SEEN}", "  Traceback", "DeprecationWarning")
    assert [each in done.stderr for each in said] == [wanted] * 3
    assert bool(done.stderr) is wanted


# --- Log lines ------------------------------------------------------------------------------------
def test_a_log_line_stays_one_and_a_traceback_does_not_pass_for_one():
    formatter = EscapingFormatter("{levelname} {message}", style="{")
    try:
        raise ValueError(f"{CLEARED}\nERROR forged")
    except ValueError:
        caught = sys.exc_info()
    entry = logging.LogRecord("x", logging.ERROR, "", 1, "of %s", (f"{CLEARED}\nERROR a",), caught)
    first, *rest = formatter.format(entry).split("\n")
    assert first == rf"ERROR of {SEEN}\nERROR a"
    assert rest and all(line.startswith("  ") and is_told_safely(line) for line in rest)
    assert any("ERROR forged" in line for line in rest)


def test_a_request_cannot_steer_the_logs_of_the_web_server(tmp_path):
    """Its path may hold C1 controls, which some terminals obey as they do escapes."""
    log = tmp_path / "log"
    config = Config()
    config.set("accesslog", str(log))
    config.set("errorlog", str(log))
    logger = Logger(config)
    answer = SimpleNamespace(status="404 Not Found", sent=0, headers=[])
    asked = SimpleNamespace(headers=[("USER-AGENT", CLEARED)])
    environ = {"RAW_URI": f"/{CLEARED}", "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    environ["HTTP_USER_AGENT"] = CLEARED
    logger.access(answer, asked, environ, timedelta(0))
    logger.error("Invalid request: %s", CLEARED)
    access, error = log.read_text("utf-8").removesuffix("\n").split("\n")
    assert is_told_safely(access + error)
    assert access.count(SEEN) == 2 and error.endswith(f"Invalid request: {SEEN}")


# --- Commands -------------------------------------------------------------------------------------
class Quoting(VisibleCommand):
    requires_system_checks = ()

    def handle(self, **_options):
        self.stdout.write(f"said {CLEARED}\nand more", ending="")
        self.stderr.write(CLEARED)
        self.stdout.write("styled", lambda text: f"\x1b[1m{text}\x1b[0m")
        raise CommandError(CLEARED)


def test_a_command_escapes_what_it_quotes_and_keeps_its_own_lines_and_styles():
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError):
        call_command(Quoting(), stdout=out, stderr=err)
    # The carriage return and line feed of the quoted words are lines of the command too.
    assert out.getvalue() == f"said {SEEN}\nand more\x1b[1mstyled\n\x1b[0m".replace(r"\n", "\n")
    assert err.getvalue() == f"{SEEN}\n".replace(r"\n", "\n")


def test_a_refusal_of_a_command_is_escaped(monkeypatch):
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    with pytest.raises(SystemExit):
        Quoting(stdout=io.StringIO()).run_from_argv(["manage.py", "quoting"])
    assert "CommandError: " in err.getvalue() and is_told_safely(err.getvalue())


QUOTING = ("erase_person", "extend_timestamps", "import_template", "permit_enrolment")
QUOTING += ("publish_checkpoints", "verify_ledger")


@pytest.mark.parametrize("name", QUOTING)
def test_commands_that_quote_others_escape(name):
    assert issubclass(load_command_class("pledges", name).__class__, VisibleCommand)
