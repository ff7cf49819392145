"""Log lines in which nobody else's words can steer a terminal or pass for a line of their own."""

import logging
import re
import textwrap
from types import TracebackType
from typing import Final

from pledges.core.characters import escape_invisible, escape_lines

Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_KEY: Final = re.compile(
    r"(/phone/[0-9a-f-]{36}/|/accounts/invitation/[0-9a-f-]{36}/|/password/reset/key/[0-9a-z]+-)"
    r"[\w=-]+"
)
"""What in an address opens something for whoever has it, and where it stands."""


class KeysLeftOut(logging.Filter):
    """Leaves the keys of links out: Django tells the address of all that was refused.

    A form that is sent anew through the same link finds it open, and so would a reader of the log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (shown := _KEY.sub(r"\1…", message)) != message:
            record.msg, record.args = shown, ()
        return True


class RefusedInOneLine(logging.Filter):
    """What was refused, by Django's own word with a 4xx, is a line without a traceback.

    It says something about the request and nothing about the code, and anybody can cause it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True


class EscapingFormatter(logging.Formatter):
    """Escapes the message; lines of a traceback are indented, and so never begin as an entry."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = escape_invisible(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Caught) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return textwrap.indent(escape_lines(text), "  ", lambda _line: True)
