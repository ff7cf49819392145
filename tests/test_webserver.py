"""What a web process is forked from: all loaded, and nothing that does not survive a fork."""

import json
import subprocess
import sys

from tests.serving import ROOT

LOOK = """
import json, os, sys
import gc
from config import webserver, wsgi
assert webserver.preload_app
webserver.when_ready(None)
from django.db import connections
from pledges import keyring
print(json.dumps({
    "threads": len(os.listdir("/proc/self/task")),
    "connections": [each.alias for each in connections.all() if each.connection is not None],
    "sockets": [path for path in (os.readlink(f"/proc/self/fd/{each}")
                for each in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{each}"))
                if path.startswith("socket:")],
    "keys": keyring._load.cache_info().currsize,
    "tokens": [name for name in sys.modules if name == "pkcs11"],
    "rendering": [name for name in ("weasyprint",) if name in sys.modules],
    "views": "pledges.views.filling" in sys.modules and "pledges.admin.review_pages" in sys.modules,
    "frozen": gc.get_freeze_count(),
}))
"""


def test_nothing_is_open_before_the_fork_and_everything_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("frozen") > 100_000
    assert found == {
        "threads": 1,
        "connections": [],
        "sockets": [],
        "keys": 0,
        "tokens": [],
        "rendering": [],
        "views": True,
    }
