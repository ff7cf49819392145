"""The installation's keys as the settings name them: loaded once, and again when renewed."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from pledges.core.refusals import KeysUnusable
from pledges.proof.keys import chains, key_store, private_keys
from pledges.proof.keys.hierarchy import COMPANY_SEAL, EVENT_CA
from pledges.proof.keys.key_store import Sources, Store
from pledges.proof.keys.private_keys import TOKEN_SCHEME, KeySource, to_asn1
from pledges.proof.keys.trust import Trust
from pledges.proof.signatures import timestamp_authority

Stamp = tuple[tuple[int, int], ...]
Anchors = Callable[[], tuple[chains.Certificate, ...]]


def folder() -> Path:
    return Path(settings.PKI_DIR)


def passphrase() -> bytes:
    return str(settings.PKI_PASSPHRASE).encode()


def source(name: str) -> KeySource | None:
    """Where the key of that name is, when it is not in the folder."""
    configured = {
        COMPANY_SEAL: (settings.COMPANY_SEAL_KEY, settings.COMPANY_SEAL_KEY_PIN),
        EVENT_CA: (settings.EVENT_CA_KEY, settings.EVENT_CA_KEY_PIN),
    }
    location, secret = configured.get(name, ("", ""))
    return KeySource(location, secret) if location else None


def is_licensed() -> bool:
    """Whether the company's seal has a certificate that is not ours to issue.

    Raises KeysUnusable when its key cannot be read.
    """
    given = source(COMPANY_SEAL)
    return bool(settings.COMPANY_SEAL_CERT) or (
        given is not None and bool(private_keys.load(given)[1])
    )


def sources() -> Sources:
    chain = Path(settings.COMPANY_SEAL_CERT) if settings.COMPANY_SEAL_CERT else None
    return Sources(source(COMPANY_SEAL), chain, source(EVENT_CA))


def store() -> Store:
    """The keys, opened. Raises KeysUnusable with the reason."""
    given = sources()
    files = [folder(), *(folder() / f"{name}.pem" for name in (EVENT_CA, COMPANY_SEAL))]
    for each in (given.company_seal, given.event_ca):
        if each and not each.location.startswith(TOKEN_SCHEME):
            files.append(Path(each.location))
    if given.company_seal_certificates:
        files.append(given.company_seal_certificates)
    return _load(folder(), passphrase(), given, _stamp(files))


def timestamper(at: datetime) -> timestamp_authority.HttpTimeStamper | None:
    """Who vouches for the time of what is signed at `at`; None where nobody is configured."""
    if not settings.TSA_URL:
        return None
    roots = Path(settings.TSA_ROOTS)
    authority = _authority(settings.TSA_URL, roots, settings.TSA_TIMEOUT, _stamp([roots]))
    return timestamp_authority.HttpTimeStamper(authority, at)


def anchors() -> tuple[chains.Certificate, ...]:
    """The roots of licensed authorities that come with the company's key, which is opened.

    Raises KeysUnusable.
    """
    return tuple(to_asn1(each) for each in store().anchors()[1:])


def trust(anchors: Anchors = anchors) -> Trust:
    """The certificates at which this installation's own files end.

    Who must open no key says with `anchors` where else those are known that come with one.
    """
    return Trust(
        roots=_certificates(root_pem()),
        company_roots=_licensed_roots(anchors),
        tsa_roots=_certificates(_content(settings.TSA_ROOTS)),
        company_pins=settings.COMPANY_PINS,
    )


def _licensed_roots(anchors: Anchors) -> tuple[chains.Certificate, ...]:
    """Where the chains of company seals end that licensed authorities issued.

    The one in use comes with the key, or in a file of its own; in that file may also stand the
    roots of those before. A key that cannot be opened just now seals nothing, but what it sealed
    is still to be judged.
    """
    if not settings.COMPANY_SEAL_KEY:
        return ()
    given = _certificates(_content(settings.COMPANY_SEAL_CERT))
    roots = [each for each in given if each.issuer == each.subject]
    with suppress(KeysUnusable):
        roots += anchors()
    return tuple({each.dump(): each for each in roots}.values())


def root_pem() -> bytes | None:
    """The installation's root certificate (PEM); `None` before there is one."""
    return _content(str(Path(settings.PKI_DIR) / "root.pem"))


def tsa_roots_pem() -> bytes | None:
    """The roots of the timestamp authority (PEM); `None` where none is configured."""
    return _content(settings.TSA_ROOTS)


def company_roots_pem(anchors: Anchors = anchors) -> bytes | None:
    """The roots of licensed authorities behind the company's seal (PEM); `None` without any."""
    return chains.to_pem(_licensed_roots(anchors)) or None


def _content(path: str) -> bytes | None:
    return Path(path).read_bytes() if path and Path(path).is_file() else None


def _certificates(given: bytes | None) -> tuple[chains.Certificate, ...]:
    return chains.from_pem(given) if given else ()


# One entry: settings do not change while a process lives, and old keys are not to be kept.
@lru_cache(maxsize=1)
def _load(folder: Path, passphrase: bytes, given: Sources, stamp: Stamp) -> Store:
    return key_store.load(folder, passphrase, given)


@lru_cache(maxsize=1)
def _authority(
    url: str, roots: Path, timeout: float, stamp: Stamp
) -> timestamp_authority.Authority:
    return timestamp_authority.Authority(url, timestamp_authority.read_roots(roots), timeout)


def _stamp(files: list[Path]) -> Stamp:
    """What tells a replaced file from the one before."""
    return tuple(_stat(file) for file in files)


def _stat(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)
