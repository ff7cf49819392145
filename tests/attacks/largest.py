"""The largest file that an honest installation can well make."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import uharfbuzz
from pylopdf_fonts_zh_cn import sans_path, serif_path

from tests.sealed import rendered

LINES = 200


def revision0() -> bytes:
    """A document with every character that both faces have: no font can be larger (13.9 MB).

    What is left up to the limit would be text: the rest of it, compressed, is 1.5 million
    characters or some thousand pages, which no form takes.
    """
    style = " style=\"font-family: 'Pledge Sans'\""
    body = "".join((*_paragraphs(serif_path()), *_paragraphs(sans_path(), style)))
    return rendered(f"<h1>承诺书</h1>{body}")


def _paragraphs(path: Path, style: str = "") -> Iterator[str]:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    drawn = [chr(code) for code in sorted(face.unicodes)]
    text = "".join(char for char in drawn if unicodedata.category(char)[0] in "LNPS")
    text = text.translate({ord(char): None for char in "<&>"})
    for begins in range(0, len(text), LINES):
        yield f"<p{style}>{text[begins : begins + LINES]}</p>"
