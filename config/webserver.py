"""How gunicorn serves the project; every value can be set in the environment."""

import gc
import os
from pathlib import Path

from config.pools import WEB_THREADS

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = WEB_THREADS
# Loaded once, before the workers are forked, so that they share it.
preload_app = True

# Whether the browser came by HTTPS, and from where, is settled in settings.py (BEHIND_TLS_PROXY,
# TRUSTED_PROXIES) and nowhere else: gunicorn itself believes no forwarded header of anybody.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
forwarded_allow_ips = ""

timeout = 60
graceful_timeout = 30
keepalive = 5
# A worker now and then makes room for a fresh one, so that a slow leak never grows old.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True

loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
errorlog = "-"
logger_class = "config.weblog.Logger"
accesslog = os.environ.get("ACCESS_LOG") or None


def when_ready(server: object) -> None:
    """Before the first worker is forked: load what any of them would, and share it for good.

    What is frozen is kept out of every later collection. To look through all of it again made
    every twentieth signing wait for a tenth of a second, and a worker would copy it doing so.
    """
    from config import warming

    warming.warm()
    gc.collect()
    gc.freeze()


def post_worker_init(worker: object) -> None:
    """The same for the little that a worker's own start adds."""
    from config import warming

    warming.warm_worker()
    gc.collect()
    gc.freeze()
