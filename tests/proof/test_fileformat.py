"""A number of the file format is frozen: its description, its bounds, the page about it."""

import json
import re
from dataclasses import asdict
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from pledges.proof.fileformat import CURRENT, FORMATS, RECORD_FORMATS
from pledges.proof.keys import certificates
from pledges.proof.ledger import checkpoints
from pledges.proof.pdf import objects, reader, serialiser, xref_precheck
from pledges.proof.records.standings import STANDINGS
from pledges.proof.signatures import cms_form, signed_ranges, timestamp_tokens
from tests.golden_files import FOLDER

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "file-format.md").read_text("utf-8")
RECORD_PAGE = (DOCS / "record-format.md").read_text("utf-8")
ALL = {**FORMATS, **RECORD_FORMATS}
MEGABYTE = 1024 * 1024
BOUNDS = {
    "bytes of a file": (CURRENT.max_file_bytes, 20 * MEGABYTE),
    "bytes of the evidence": (CURRENT.max_evidence_bytes, MEGABYTE),
    "document timestamps": (CURRENT.max_timestamps, 40),
    "revisions": (xref_precheck.MAX_REVISIONS, 43),
    "objects of revision 0": (xref_precheck.MAX_OBJECTS, 20_000),
    "objects of a later revision": (xref_precheck.MAX_APPENDED, 500),
    "bytes of a revision with a timestamp": (reader.MAX_TIMESTAMP_REVISION, 256 * 1024),
    "bytes of a signature": (signed_ranges.MAX_SIGNATURE, 64 * 1024),
    "bytes of a token": (timestamp_tokens.MAX_TOKEN, 64 * 1024),
    "certificates of a signature": (cms_form.MAX_CERTIFICATES, 6),
    "nodes of all objects": (objects.MAX_NODES, 500_000),
    "operators of all pages": (objects.MAX_TOKENS, 2_000_000),
    "inflated bytes": (objects.MAX_INFLATED, 4 * MEGABYTE),
    "characters of a checkpoint": (checkpoints.MAX_NOTE_LENGTH, 4096),
}
"""Each bound, and what it was when number 1 was frozen: it may grow, and never shrink."""


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(getattr(key, "value", key)): as_json(inner) for key, inner in value.items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", ALL)
def test_a_number_is_what_it_was_when_it_was_frozen(name):
    file = FOLDER / "formats" / f"{name.replace('/', '-')}.json"
    assert as_json(asdict(ALL[name])) == json.loads(file.read_text("utf-8"))


def test_a_record_has_one_signer_and_may_show_images():
    for known in FORMATS.values():
        assert len(known.signers) == 2 and not known.has_images
    for record in RECORD_FORMATS.values():
        assert len(record.signers) == 1 and record.has_images


@pytest.mark.parametrize("name", RECORD_FORMATS)
def test_the_page_of_records_tells_every_number(name):
    assert f"`{name}`" in RECORD_PAGE
    described = RECORD_FORMATS[name]
    for word in (described.company_field, described.evidence_file, *STANDINGS):
        assert f"`{word}`" in RECORD_PAGE
    assert f"{described.max_listed:,} members" in RECORD_PAGE


@pytest.mark.parametrize("bound", BOUNDS)
def test_no_bound_was_lowered(bound):
    now, frozen = BOUNDS[bound]
    assert now >= frozen


def test_what_is_compared_to_the_byte_stays():
    """Widths of a table and of a byte range; where a name in a certificate is cut."""
    assert (serialiser.COLUMNS, serialiser.RANGE_WIDTH) == ((1, 8, 2), 62)
    assert certificates.MAX_NAME_LENGTH == 64


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_tells_every_number(name):
    number = name.partition("/")[2]
    section = re.search(rf"^## Number {number}: `{name}`\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert section
    described = FORMATS[name]
    for word in (described.manager_field, described.company_field, described.evidence_file):
        assert f"`{word}`" in section[1]
    assert "**76 by 40 mm**" in section[1] and "**from 5 to 60 minutes**" in section[1]
