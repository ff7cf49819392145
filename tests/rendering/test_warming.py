"""The first document of a process costs what every other does: all is loaded before it serves."""

import json
import subprocess
import sys

import pytest

from tests.serving import ROOT

# Who lays out pages has no settings: what it is asked for comes from a process that has.
REQUEST = """
import os, sys
import django
django.setup()
from benchmarks import samples
from pledges import rendering
from pledges.rendering import fonts, paper, press
sheet = samples.sheet("contract", sys.argv[1])
words = samples.version_text("contract", sys.argv[1]) + rendering.paper_text(sys.argv[1])
faces = fonts.subset_for(words)
asked = press.ask_for(
    paper.paper_html(sheet), css=paper.paper_css(), fonts=faces, identifier=sheet.content_digest
)
sys.stdout.buffer.write(b"".join(asked))
"""
POOL = """
import json, sys
from pledges.rendering import fonts, jobs
request = sys.stdin.buffer.read()
if sys.argv[2] == "warm":
    jobs.warm()
def work():
    jobs.answer(request)
caches = (fonts._face, fonts._repertoire)
"""
WEB = """
import json, sys
import django
django.setup()
from benchmarks import samples
from config import webserver
from pledges import rendering
from pledges.rendering import fonts, paper
sheet = samples.sheet("contract", sys.argv[1])
words = samples.version_text("contract", sys.argv[1]) + rendering.paper_text(sys.argv[1])
faces = fonts.subset_for(words)
if sys.argv[2] == "warm":
    webserver.when_ready(None)
    webserver.post_worker_init(None)
own = {"language": sheet.language, "fonts": faces}
mark = rendering.SignatureImage(typed=sheet.signer_name)
def work():
    rendering.render_pledge(sheet, faces)  # by itself: no pool is configured
    rendering.write_for_screen(sheet)
    rendering.draw_signature(mark, name=sheet.signer_name, signed_at=sheet.rendered_at, **own)
    rendering.draw_stamp(
        organisation=sheet.organisation, number="1", accepted_at=sheet.rendered_at, **own
    )
caches = (paper.stylesheet,)
"""
LOOK = """
modules = set(sys.modules)
before = [cache.cache_info().misses for cache in caches]
work()
after = [cache.cache_info().misses for cache in caches]
print(json.dumps([sorted(set(sys.modules) - modules), sum(after) - sum(before)]))
"""


def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, input=given).stdout


def first_document(process: str, language: str, state: str) -> tuple[list[str], int]:
    """The modules and cached things that a first document had to load."""
    request = run(REQUEST, language) if process == POOL else b""
    modules, misses = json.loads(run(process + LOOK, language, state, given=request))
    return modules, misses


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("process", [POOL, WEB], ids=["pool", "web"])
def test_all_that_a_document_takes_is_loaded_before_it_is_asked_for(process, language):
    assert first_document(process, language, "warm") == ([], 0)


@pytest.mark.parametrize("process", [POOL, WEB], ids=["pool", "web"])
def test_a_cold_process_has_not_loaded_it(process):
    modules, misses = first_document(process, "zh-hans", "cold")
    assert modules and misses
