"""Trusted time: asked of a real authority over real HTTP, and refused whenever anything is odd."""

import asyncio
import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp

from pledges.core.refusals import SealUnavailable, TimestampUnavailable
from pledges.proof.signatures.timestamp_authority import (
    Authority,
    HttpTimeStamper,
    read_roots,
)
from tests import timestamp_authorities
from tests.serving import free_port
from tests.timestamp_authorities import KINDS, Kind
from tests.tsa import Responder
from tests.tsa import responder as serve

DIGEST = hashlib.sha256(b"what is stamped").digest()


def authority(responder: Responder, **changed) -> Authority:
    given = {"url": responder.url, "roots": read_roots(responder.roots), "timeout": 10.0}
    return Authority(**given | changed)


def stamp(asked: Authority, at: datetime | None = None):
    stamper = HttpTimeStamper(asked, at or datetime.now(UTC))
    return asyncio.run(stamper.async_timestamp(DIGEST, "sha256"))


def test_openssl_stamps_and_openssl_agrees(responder: Responder, tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    token = stamp(authority(responder))
    information = token["content"]["encap_content_info"]["content"].parsed
    assert before <= information["gen_time"].native <= datetime.now(UTC)
    (tmp_path / "token").write_bytes(token.dump())
    checked = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", DIGEST.hex(), "-in", tmp_path / "token",
         "-token_in", "-CAfile", responder.roots],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout.strip()) == (0, "Verification: OK")


def stamped_by(kind: Kind):
    made = timestamp_authorities.authority(kind)
    with serve(made) as running:
        return stamp(authority(running)), made


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_token_by_any_maker_is_taken_and_openssl_agrees(kind: Kind, tmp_path: Path) -> None:
    token, made = stamped_by(kind)
    (tmp_path / "token").write_bytes(token.dump())
    chain = made.folder / "sent.pem"
    checked = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", DIGEST.hex(), "-in", tmp_path / "token",
         "-token_in", "-CAfile", made.roots, *(["-untrusted", chain] if kind.sent else [])],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout.strip()) == (0, "Verification: OK"), checked.stderr


def test_the_kinds_of_makers_differ_in_all_that_a_verifier_may_stumble_over() -> None:
    """Else the next version of a maker could make the tests with them say less than they seem."""
    tokens = {kind: stamped_by(kind)[0]["content"] for kind in KINDS}
    assert len(KINDS) >= 8 and len({kind.maker for kind in KINDS}) == 3

    def found(look, maker: str = "") -> set:
        return {look(token) for kind, token in tokens.items() if maker in kind.maker}

    def information(token):
        return token["encap_content_info"]["content"].parsed

    def signer(token):
        return token["signer_infos"][0]

    def is_sorted(token) -> bool:
        ders = [each.dump() for each in token["certificates"]]
        return ders == sorted(ders)

    def attributes(token) -> str:
        named = (each["type"].native for each in signer(token)["signed_attrs"])
        return next(each for each in named if each.startswith("signing_certificate"))

    assert found(is_sorted, "openssl") == {True, False}
    assert found(lambda token: bool(information(token)["tsa"].native), "openssl") == {True, False}
    assert found(lambda token: len(token["certificates"])) == {1, 2, 3}
    assert found(lambda token: signer(token)["digest_algorithm"]["algorithm"].native) == {
        "sha256", "sha384", "sha512",
    }  # fmt: skip
    assert found(lambda token: signer(token)["signature_algorithm"].signature_algo) == {
        "rsassa_pkcs1v15", "ecdsa",
    }  # fmt: skip
    assert found(attributes) == {"signing_certificate", "signing_certificate_v2"}
    assert found(lambda token: information(token)["gen_time"].native.microsecond > 0) == {
        True, False,
    }  # fmt: skip
    assert max(found(lambda token: information(token)["serial_number"].native)).bit_length() > 128


def test_every_request_has_a_nonce_of_its_own(responder: Responder) -> None:
    for _ in range(2):
        stamp(authority(responder))
    nonces = {request["nonce"].native for request in responder.asked}
    assert len(nonces) == 2
    assert min(nonce.bit_length() for nonce in nonces) >= 57
    assert all(request["cert_req"].native for request in responder.asked)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("garbage", "cannot be read"),
        ("empty", "cannot be read"),
        ("cut", "cannot be read"),
        ("page", "text/html"),
        ("error", "status 500"),
        ("redirect", "status 307"),
        ("huge", "longer than"),
        ("nonce", "wrong nonce"),
        ("imprint", "wrong imprint"),
        ("rejected", r"it refuses: rejection bad_alg"),
        ("foreign", "leads to a root that is trusted"),
        ("spoiled", "its signature fits its certificate"),
        ("usage", "for timestamps alone"),
        ("usages", "for timestamps alone"),
    ],
)
def test_whatever_is_odd_gives_no_time(responder: Responder, fault: str, told: str) -> None:
    responder.fault = fault
    with pytest.raises(TimestampUnavailable, match=told) as refused:
        stamp(authority(responder))
    assert isinstance(refused.value, SealUnavailable)


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_a_slow_authority_is_not_waited_for(responder: Responder, fault: str) -> None:
    responder.fault = fault
    with pytest.raises(TimestampUnavailable, match="timed out"):
        stamp(authority(responder, timeout=0.3))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:{port}/", "ConnectionRefusedError"),
        ("https://127.0.0.1:{port}/", "ConnectionRefusedError"),
        ("http://nowhere.invalid/", "does not answer"),
        ("ftp://127.0.0.1/", "neither http"),
        ("file:///etc/passwd", "neither http"),
        ("http://127.0.0.1:none/", "does not answer"),
    ],
)
def test_a_dead_authority_gives_no_time(responder: Responder, url: str, told: str) -> None:
    url = url.format(port=free_port())
    with pytest.raises(TimestampUnavailable, match=told):
        stamp(authority(responder, url=url, timeout=5.0))


def test_proxies_of_the_environment_are_not_used(
    responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    stamp(authority(responder))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_off_gives_no_time(responder: Responder, minutes: int) -> None:
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    responder.clock = at
    assert stamp(authority(responder), at)
    responder.clock = at + timedelta(minutes=minutes)
    with pytest.raises(TimestampUnavailable, match="clock"):
        stamp(authority(responder), at)


def test_a_certificate_that_ran_out_gives_no_time(responder: Responder) -> None:
    responder.clock = at = datetime(2049, 6, 1, tzinfo=UTC)
    with pytest.raises(TimestampUnavailable, match="leads to a root that is trusted"):
        stamp(authority(responder), at)


def test_the_room_for_a_timestamp_is_asked_for_once(responder: Responder) -> None:
    """pyHanko wants a specimen before it seals; the next seal takes the one of the last."""
    asked = authority(responder)
    for _ in range(2):
        stamper = HttpTimeStamper(asked, datetime.now(UTC))
        asyncio.run(stamper.async_dummy_response("sha256"))
        assert [each.subject.native["common_name"] for each in stamper._certs.values()] == [
            "Test TSA tsa"
        ]
    assert len(responder.asked) == 1


def test_roots_that_cannot_be_read_give_no_time(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("nothing")
    for name in ("roots.pem", "missing.pem"):
        with pytest.raises(TimestampUnavailable, match=name):
            read_roots(tmp_path / name)


def test_the_request_is_what_the_standard_says(responder: Responder) -> None:
    stamp(authority(responder))
    (request,) = responder.asked
    assert isinstance(request, tsp.TimeStampReq)
    assert request["version"].native == "v1"
    assert request["message_imprint"].native["hashed_message"] == DIGEST
