"""Sessions in the database that say whose they are, so that a person's can be found and ended."""

import logging
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import InterfaceError, models

logger = logging.getLogger(__name__)


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

    def save(self, must_create: bool = False) -> None:
        """Save it; where the database takes nothing, an answer that needs no saving goes out.

        Django's store calls every refusal of the database a session that was deleted meanwhile,
        and the request a bad one. Raises the refusal itself where the session was changed.
        """
        try:
            super().save(must_create)
        except (UpdateError, InterfaceError) as error:
            refusal = error.__context__ if isinstance(error, UpdateError) else error
            # What the database itself said has the driver's exception behind it.
            if refusal is None or refusal.__cause__ is None:
                raise
            if self.modified:
                raise refusal from refusal.__cause__
            logger.warning("A session could not be noted as used: %s", refusal)
