"""The first document of a process costs what every other does: all is loaded before it serves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
import django
django.setup()
from benchmarks import samples
from config import webserver
from pledges import rendering
from pledges.rendering import fonts, paper, pdf
sheet = samples.sheet("contract", sys.argv[1])
words = samples.version_text("contract", sys.argv[1]) + rendering.paper_text(sys.argv[1])
faces = fonts.subset_for(words)
if sys.argv[2] == "warm":
    webserver.post_worker_init(None)
modules = set(sys.modules)
caches = (fonts._face, fonts._repertoire, pdf._parsed, paper.stylesheet)
before = [cache.cache_info().misses for cache in caches]
rendering.render_pledge(sheet, faces)
rendering.write_for_screen(sheet)
own = {"language": sheet.language, "fonts": faces}
mark = rendering.SignatureImage(typed=sheet.signer_name)
rendering.draw_signature(mark, name=sheet.signer_name, signed_at=sheet.rendered_at, **own)
rendering.draw_stamp(
    organisation=sheet.organisation, number="1", accepted_at=sheet.rendered_at, **own
)
after = [cache.cache_info().misses for cache in caches]
print(json.dumps([sorted(set(sys.modules) - modules), sum(after) - sum(before)]))
"""


def first_document(language: str, state: str) -> tuple[list[str], int]:
    """The modules and cached things that a first document had to load."""
    command = [sys.executable, "-c", PROGRAM, language, state]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    modules, misses = json.loads(done.stdout)
    return modules, misses


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_web_worker_has_loaded_all_that_a_document_takes(language):
    assert first_document(language, "warm") == ([], 0)


def test_a_cold_process_has_not():
    modules, misses = first_document("zh-hans", "cold")
    assert modules and misses
