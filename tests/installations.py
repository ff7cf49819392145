"""Other installations beside that of the tests: with a server of their own, empty at first."""

import contextlib
import json
import os
import pwd
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from django.conf import settings

from config import pgdata
from tests.serving import ROOT, free_port

PASSPHRASE = "correct horse battery staple"
# What an installation says of itself: its ledger, and whether every file is what it should be.
REPORT = """
import json, sys
from pledges import audit
from pledges.models import Document, Pledge
from pledges.storage import document_store
rows = list(Document.objects.order_by("pk").values_list("pk", "sha256", "size"))
bad = [sha256 for _pk, sha256, size in rows if len(document_store.get(sha256)) != size]
size = audit.size()
print(json.dumps({
    "size": size,
    "root": audit.root(size).hex(),
    "documents": rows,
    "bad": bad,
    "states": list(Pledge.objects.order_by("pk").values_list("number", "status")),
    "faults": [str(each) for each in audit.verify(audit.published())],
    "note": audit.published(),
}))
"""


@dataclass
class Installation:
    """Another installation, reached by its commands alone."""

    var: Path
    more: dict[str, str]

    def manage(self, *arguments, fault=""):
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DATABASE", "DOCUMENTS", "PKI", "CHECKPOINT"))
        }
        ours = {
            "VAR_DIR": str(self.var),
            "PRODUCTION": "0",
            "PUBLIC_URL": settings.PUBLIC_URL,
            "PKI_PASSPHRASE": "another passphrase than that of the first installation",
            "SHOUNUO_FAULT": fault,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env={**kept, **ours, **self.more},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def restore(self, folder, *arguments, fault=""):
        passphrase = ("--passphrase-file", passphrase_file(folder))
        return self.manage("restore", folder, *passphrase, *arguments, fault=fault)

    def report(self):
        done = self.manage("shell", "--no-imports", "-c", REPORT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def files(self):
        """What lies in its folders, but for the embedded server's own."""
        kept = ("documents", "checkpoints", "pki")
        return sorted(path for name in kept for path in (self.var / name).rglob("*"))


def passphrase_file(folder):
    path = Path(folder).parent / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


def tree(folder):
    """Every file below a folder, with its bytes."""
    paths = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@contextlib.contextmanager
def tcp_server(place):
    data, secret, port = place / "server", place / "server-password", free_port()
    data.mkdir(mode=0o700)
    secret.write_text("p@ss word/1")
    if os.geteuid() == 0:
        for each in (data, secret):
            os.chown(each, pwd.getpwnam("nobody").pw_uid, -1)
    quiet = {"cwd": "/", "env": pgdata.environment(), "capture_output": True, "check": True}
    made = ("-D", str(data), "-U", "owner", "--auth=scram-sha-256", f"--pwfile={secret}")
    subprocess.run([*pgdata.command("initdb", owner=data), *made], **quiet)
    options = ("-D", str(data), "-p", str(port), "-c", "unix_socket_directories=")
    server = subprocess.Popen(
        [*pgdata.command("postgres", owner=data), *options, "-c", "fsync=off"],
        cwd="/",
        env=pgdata.environment(),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    named = {"host": "127.0.0.1", "port": port, "user": "owner", "password": "p@ss word/1"}
    try:
        with contextlib.closing(_connect(named)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE pledges TEMPLATE template0 ENCODING 'UTF8'")
        yield f"postgres://owner:p%40ss%20word%2F1@127.0.0.1:{port}/pledges"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _connect(named):
    for _attempt in range(300):
        try:
            return psycopg2.connect(dbname="postgres", **named)
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")
