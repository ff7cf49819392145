"""How gunicorn serves the project; every value can be set in the environment."""

import gc
import os
from pathlib import Path

from pledges import rendering

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

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


def post_worker_init(worker: object) -> None:
    """Load what a document takes, and keep what the start left behind out of every collection.

    It lives as long as the process does; to look through all of it again made every twentieth
    signing wait for a tenth of a second.
    """
    rendering.warm_up()
    gc.collect()
    gc.freeze()
