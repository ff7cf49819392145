"""The entry for WSGI servers such as gunicorn: `config.wsgi:application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.database import ensure_running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_running(settings.VAR_DIR)
application = get_wsgi_application()
