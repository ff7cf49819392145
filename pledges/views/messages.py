"""What a page says once, kept until the next one in a cookie that no other host can set."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    cookie_name = "__Host-messages" if settings.PRODUCTION else "messages"


class MessageStorage(FallbackStorage):
    """Django's own: in the cookie, or in the session where a message is too long for it."""

    storage_classes = (HostCookieStorage, SessionStorage)
