"""The installation's own certificates on disk: made once, renewed under the same root.

root → event CA (issues the one-shot certificates), company CA → company seal, ledger. The folder
holds a certificate NAME.pem and an encrypted key NAME.key.pem for each, the revocation lists of
root and company CA, and in `retired/` the certificates that were replaced.
"""

import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pledges import crash_points, durable_files
from pledges.proof.keys.certificates import Issuer, PublicKey
from pledges.proof.keys.hierarchy import (
    COMPANY_CA,
    COMPANY_SEAL,
    EVENT_CA,
    LEDGER,
    RENEWABLE,
    ROOT,
    Files,
    Maker,
    pem,
)

RETIRED, PENDING = "retired", "pending"


class PkiExists(Exception):
    """Raised when there are certificates already: they are never overwritten."""


class PkiFault(Exception):
    """Raised, with a reason fit for a log, when the folder does not hold what it should."""


def create(
    folder: Path,
    *,
    organisation: str,
    passphrase: bytes,
    at: datetime,
    public_keys: Mapping[str, PublicKey] | None = None,
) -> None:
    """Make all keys and certificates in `folder`, which appears whole or not at all.

    `public_keys` are those of "event-ca" and "company-seal" where their private keys are kept
    elsewhere. Raises PkiExists when the folder holds anything already.
    """
    durable_files.make_folder(folder.parent)
    with durable_files.locked(folder.parent):
        if folder.exists() and any(folder.iterdir()):
            raise PkiExists(f"{folder} holds certificates already")
        maker = Maker(organisation, passphrase, at, public_keys or {})
        root, files = maker.root()
        files |= maker.event_ca(root) | maker.company(root) | maker.ledger(root)
        files |= maker.root_crl(root)
        _publish(folder.parent, folder, files)


def renew(
    folder: Path,
    name: str,
    *,
    organisation: str,
    passphrase: bytes,
    at: datetime,
    public_keys: Mapping[str, PublicKey] | None = None,
) -> None:
    """Replace one key and certificate by new ones under the same root; all of it or nothing.

    A new company CA brings a new company seal. The old certificates stay in `retired/`, the old
    keys are gone. `public_keys` as in `create`. Raises PkiFault when the key that has to sign is
    not in the folder.
    """
    if name not in RENEWABLE:
        raise ValueError(f"{name} cannot be renewed")
    with durable_files.locked(folder):
        settle(folder)
        elsewhere = public_keys or {}
        maker = Maker(organisation, passphrase, at, elsewhere)
        files = _renewed(maker, folder, name)
        _retire(folder, files)
        crash_points.reach("pki:retired")
        _publish(folder, folder / PENDING, files)
        crash_points.reach("pki:pending")
        settle(folder)
        for moved in set(elsewhere) & {file.removesuffix(".pem") for file in files}:
            (folder / f"{moved}.key.pem").unlink(missing_ok=True)


def _renewed(maker: Maker, folder: Path, name: str) -> Files:
    if name == COMPANY_SEAL:
        return maker.company_seal(_issuer(folder, COMPANY_CA, maker.passphrase))
    root = _issuer(folder, ROOT, maker.passphrase)
    make = {EVENT_CA: maker.event_ca, COMPANY_CA: maker.company, LEDGER: maker.ledger}[name]
    return make(root) | maker.root_crl(root)


def settle(folder: Path) -> None:
    """Finish a renewal that a kill cut short after its point of no return."""
    pending = folder / PENDING
    if not pending.is_dir():
        return
    for each in sorted(pending.iterdir()):
        durable_files.rename(each, folder / each.name)
    pending.rmdir()
    durable_files.sync_folder(folder)


def read(folder: Path, name: str) -> bytes:
    """The file as it stands, a renewal that is under way counted in. Raises PkiFault."""
    for place in (folder / PENDING / name, folder / name):
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise PkiFault(f"{name} cannot be read: {error.strerror}") from error
    raise PkiFault(f"{name} is missing")


def certificate(folder: Path, name: str) -> x509.Certificate:
    """The certificate NAME.pem. Raises PkiFault."""
    try:
        return x509.load_pem_x509_certificate(read(folder, f"{name}.pem"))
    except ValueError as error:
        raise PkiFault(f"{name}.pem is damaged") from error


def retired(folder: Path, name: str) -> tuple[x509.Certificate, ...]:
    """The certificates of that name that were replaced, the oldest first."""
    found = [
        x509.load_pem_x509_certificate(path.read_bytes())
        for path in (folder / RETIRED).glob(f"{name}-????????????????*.pem")
    ]
    return tuple(sorted(found, key=lambda each: each.not_valid_before_utc))


def _issuer(folder: Path, name: str, passphrase: bytes) -> Issuer:
    try:
        key = load_pem_private_key(read(folder, f"{name}.key.pem"), passphrase)
    except (ValueError, TypeError) as error:
        raise PkiFault(f"{name}.key.pem does not open with the passphrase given") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PkiFault(f"{name}.key.pem is not the key that was made for it")
    return Issuer(certificate(folder, name), key)


def _retire(folder: Path, files: Files) -> None:
    place = folder / RETIRED
    durable_files.make_folder(place)
    for name in files:
        if name.endswith(".pem") and not name.endswith((".key.pem", ".crl.pem")):
            old = certificate(folder, name.removesuffix(".pem"))
            target = place / f"{name.removesuffix('.pem')}-{old.serial_number:040x}.pem"
            if not target.exists():
                durable_files.create(target, pem(old))


def _publish(workshop: Path, target: Path, files: Files) -> None:
    """Have `target` be a folder of these files, in one step."""
    prefix = f".{target.name}.unfinished-"
    for left in workshop.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    temporary = workshop / f"{prefix}{secrets.token_hex(8)}"
    durable_files.write_folder(temporary, files)
    crash_points.reach("pki:written")
    durable_files.rename(temporary, target)
