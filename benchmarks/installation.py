"""A scratch installation that lasts as long as one benchmark."""

import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALONE = {"RENDERING_SOCKET": "none", "SEALING_SOCKET": "none"}
"""What tells a process to render and seal by itself; a site that it serves has pools of its own."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Its data folder; this process is set up for it, and may import models from then on."""
    from config import embedded

    # Whoever stops a benchmark wants what it started to stop too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    var_dir = Path(tempfile.mkdtemp(prefix="shounuo-benchmark-"))
    try:
        prepare(var_dir)
        yield var_dir
    finally:
        from django.db import connections

        connections.close_all()
        embedded.leave(var_dir)
        shutil.rmtree(var_dir, ignore_errors=True)


def prepare(var_dir: Path) -> None:
    """An empty database with the built-in templates, started and migrated."""
    os.environ.update(ALONE, VAR_DIR=str(var_dir), DJANGO_SETTINGS_MODULE="config.settings")
    os.environ.pop("DATABASE_URL", None)
    from config import database

    database.ensure_running(var_dir)
    import django

    django.setup()
    for name in ALONE:
        del os.environ[name]
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_builtin", verbosity=0)
    from pledges.models import Organisation

    Organisation.objects.update(name_zh="示例银行股份有限公司", name_en="Example Bank Co., Ltd.")
    call_command("init_pki", verbosity=0, stdout=io.StringIO())


def as_served() -> None:
    """Bring this process into the state of those that serve: warm, and what is there frozen."""
    from config import webserver  # it reads the environment when it is imported

    webserver.when_ready(None)
    webserver.post_worker_init(None)


def load_average() -> str:
    """How busy the machine is, by whatever work: the last minute, five and fifteen."""
    return "load average: " + " ".join(f"{each:.1f}" for each in os.getloadavg())
