"""The folder of keys as one sealed file, for a backup: scrypt (RFC 7914) and AES-256-GCM.

The keys in the folder are encrypted already, under a passphrase that lies beside the installation
in its environment. Sealed, that passphrase goes along: whoever has the file and the backup's own
passphrase can restore the keys, and whoever has the file alone can do nothing with it.
"""

import base64
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from pledges import durable_files
from pledges.proof.keys import pki

FORMAT = "shounuo-sealed-keys-1"
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
# RFC 7914, 2: 128 MiB and about half a second for each guess.
COST = {"n": 1 << 17, "r": 8, "p": 1}
PRIVATE = ".key.pem"


class CannotOpen(Exception):
    """The passphrase is not the one that it was sealed with, or the file is damaged."""


@dataclass(frozen=True)
class Keys:
    """The files of a key folder by their names, and the passphrase that their keys open with."""

    files: Mapping[str, str]
    passphrase: str

    def certificates(self, name: str) -> list[bytes]:
        """The certificate of that name, and those that it replaced."""
        names = [f"{name}.pem", *(each for each in self.files if _is_retired(each, name))]
        return [self.files[each].encode() for each in names if each in self.files]

    def stand_in(self, folder: Path) -> bool:
        """Whether the folder holds these certificates: keys may be encrypted anew."""
        return all(
            (folder / name).is_file() and (folder / name).read_text("ascii") == text
            for name, text in self.files.items()
            if not name.endswith(PRIVATE)
        )


def _is_retired(file: str, name: str) -> bool:
    return file.startswith(f"{pki.RETIRED}/{name}-")


def collect(folder: Path, passphrase: bytes) -> Keys:
    """What the folder holds, with a renewal under way finished first; nothing of a missing one."""
    if not folder.is_dir():
        return Keys({}, passphrase.decode())
    with durable_files.locked(folder):
        pki.settle(folder)
        files = {
            path.relative_to(folder).as_posix(): path.read_text("ascii")
            for path in sorted(folder.rglob("*.pem"))
        }
    return Keys(files, passphrase.decode())


def seal(keys: Keys, passphrase: str) -> bytes:
    """`keys`, to be opened by `passphrase` alone."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    head = {"format": FORMAT, "scrypt": {**COST, "salt": _text(salt)}, "nonce": _text(nonce)}
    plain = json.dumps({"files": dict(keys.files), "passphrase": keys.passphrase}).encode()
    cipher = AESGCM(_derived(passphrase, salt, COST))
    return json.dumps(
        {**head, "sealed": _text(cipher.encrypt(nonce, plain, _bound(head)))}, indent=1
    ).encode()


def unseal(data: bytes, passphrase: str) -> Keys:
    """What was sealed. Raises CannotOpen."""
    try:
        found = json.loads(data)
        sealed = base64.b64decode(found.pop("sealed"))
        cost = dict(found["scrypt"])
        salt = base64.b64decode(cost.pop("salt"))
        if found["format"] != FORMAT or cost != COST:
            raise CannotOpen("it is of another format")
        cipher = AESGCM(_derived(passphrase, salt, COST))
        plain = cipher.decrypt(base64.b64decode(found["nonce"]), sealed, _bound(found))
    except InvalidTag as error:
        raise CannotOpen("the passphrase is another, or the file is damaged") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotOpen("the file is damaged") from error
    return Keys(**json.loads(plain))


def place(keys: Keys, folder: Path, passphrase: bytes) -> None:
    """Make `folder` of `keys`, whole or not at all, its keys encrypted under `passphrase`.

    Raises FileExistsError where there are keys.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    durable_files.make_folder(folder.parent)
    fresh = folder.with_name(f".{folder.name}.restored")
    shutil.rmtree(fresh, ignore_errors=True)
    durable_files.make_folder(fresh)
    for name, text in keys.files.items():
        content = text.encode("ascii")
        if name.endswith(PRIVATE):
            content = _encrypted_anew(content, keys.passphrase.encode(), passphrase)
        durable_files.make_folder((fresh / name).parent)
        durable_files.create(fresh / name, content)
    durable_files.rename(fresh, folder)


def _encrypted_anew(key: bytes, former: bytes, passphrase: bytes) -> bytes:
    if former == passphrase:
        return key
    try:
        opened = load_pem_private_key(key, former)
    except (ValueError, TypeError):
        return key  # encrypted otherwise by its owner, who alone can open it
    encryption = BestAvailableEncryption(passphrase)
    return opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _derived(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, **cost).derive(passphrase.encode())


def _bound(head: Mapping[str, Any]) -> bytes:
    """What stands beside the sealed text, so that none of it can be exchanged."""
    return json.dumps(head, sort_keys=True).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
