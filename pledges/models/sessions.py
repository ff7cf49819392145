"""Sessions in the database that say whose they are, so that a person's can be found and ended."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """One browser's session; `person_id` is that of whoever is signed in there, if anybody is.

    No foreign key: each sign-in would wait for whoever has locked the person's row.
    """

    person_id = models.BigIntegerField(null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        return SessionStore


class SessionStore(DatabaseStore):
    """Django's own store, with the column filled in from what it stores (`SESSION_ENGINE`)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        signed_in = data.get(SESSION_KEY)
        session.person_id = int(signed_in) if signed_in else None
        return session
