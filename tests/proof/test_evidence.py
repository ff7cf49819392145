"""The evidence file: one form, held by the code, the schema and the description alike."""

import json
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from pledges.core.digests import canonical_json
from pledges.proof import evidence
from pledges.proof.fileformat import CURRENT
from tests.attacks.honest import honest

DOCS = Path(__file__).parent.parent.parent / "docs"
SCHEMA = json.loads((DOCS / "evidence.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def told():
    return honest().basic.evidence(honest().rendered)


def test_what_is_written_is_read(told):
    assert evidence.read(evidence.write(told), CURRENT) == told


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"format": "shounuo-evidence/2"}, "format"),
        ({"authentication": {"method": "retina"}}, "authentication.method"),
        ({"signed_at": "2026-11-23T02:00:00"}, "signed_at"),
        ({"signed_at": "yesterday"}, "signed_at"),
        ({"signed_at": "2026-W48-1T02:00:00+00:00"}, "signed_at"),
        ({"signed_at": "20261123T020000+0000"}, "signed_at"),
        ({"signed_at": "2026-11-23 02:00:00+00:00"}, "signed_at"),
        ({"signed_at": "2026-11-23T02:00:00Z"}, "signed_at"),
        ({"signed_at": "2026-11-23T02:00+00:00"}, "signed_at"),
        ({"signed_at": "2026-11-23T02:00:00,5+00:00"}, "signed_at"),
        ({"document": {"sha256": "ab", "size": "7"}}, "document.size"),
        ({"document": {"sha256": "ab", "size": True}}, "document.size"),
        ({"answers": {"a": 1}}, "answers"),
        ({"more": "x"}, "keys"),
    ],
)
def test_another_form_is_refused(told, change, where):
    with pytest.raises(evidence.Malformed, match=where):
        evidence.read(canonical_json(told | change), CURRENT)


@pytest.mark.parametrize("field", evidence.SHAPE)
def test_nothing_may_be_missing(told, field):
    shortened = {key: value for key, value in told.items() if key != field}
    with pytest.raises(evidence.Malformed):
        evidence.write(shortened)
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(shortened)


def test_only_the_canonical_bytes_are_read(told):
    data = evidence.write(told)
    doubled = data.replace(b'{"answers"', b'{"language":"en","answers"', 1)
    loose = [data + b"\n", b" " + data, doubled, json.dumps(told).encode(), data[:-1], b"\xff", b""]
    for other in loose:
        assert other != data
        with pytest.raises(evidence.Malformed, match="JSON"):
            evidence.read(other, CURRENT)


@pytest.mark.parametrize("block", [k for k, v in evidence.SHAPE.items() if isinstance(v, Mapping)])
def test_nothing_is_missing_or_too_much_within_a_block(told, block):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    fewer = [{k: v for k, v in told[block].items() if k != name} for name in told[block]]
    for inner in [*fewer, told[block] | {"more": "x"}]:
        with pytest.raises(evidence.Malformed, match=block):
            evidence.read(canonical_json(told | {block: inner}), CURRENT)
        assert not validator.is_valid(told | {block: inner})


def test_too_much_is_refused():
    with pytest.raises(evidence.Malformed, match="size"):
        evidence.read(b" " * (CURRENT.max_evidence_bytes + 1), CURRENT)


def test_the_schema_describes_what_is_written(told):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(told)
    validator.validate(told | {"authentication": {"method": "password-totp"}})
    assert not validator.is_valid(told | {"more": 1})
    assert not validator.is_valid(told | {"language": "fr"})
    assert not validator.is_valid(told | {"document": {"sha256": "AB" * 32, "size": 7}})


def names(shape, path=""):
    """The dotted names in the code's shape."""
    for key, inner in shape.items():
        name = f"{path}{key}"
        if isinstance(inner, Mapping):
            yield from names(inner, f"{name}.")
        else:
            yield name


def described(schema, path=""):
    """The dotted names in the schema, as deep as the code's shape goes."""
    for key, inner in schema["properties"].items():
        if "properties" in inner:
            yield from described(inner, f"{path}{key}.")
        else:
            yield f"{path}{key}"


def test_code_and_schema_name_the_same_fields():
    assert sorted(names(evidence.SHAPE)) == sorted(described(SCHEMA))


def test_the_description_names_every_field():
    text = (DOCS / "evidence.md").read_text("utf-8")
    passkey = SCHEMA["properties"]["authentication"]["oneOf"][1]["properties"]
    fields = {*names(evidence.SHAPE), *(f"authentication.{name}" for name in passkey)}
    fields -= {"authentication", "authentication.enrolment"}
    assert {field for field in fields if f"`{field}`" not in text} == set()
