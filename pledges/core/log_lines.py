"""Log lines in which nobody else's words can steer a terminal or pass for a line of their own."""

import logging
import textwrap
from types import TracebackType

from pledges.core.characters import escape_invisible, escape_lines

Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


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
