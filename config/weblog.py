"""What gunicorn writes to its logs: a request's words are escaped as everybody else's are."""

from collections.abc import Mapping
from typing import Any

from gunicorn import glogging

from pledges.core.characters import escape_invisible
from pledges.core.log_lines import EscapingFormatter


class VisibleAtoms(glogging.SafeAtoms):
    """The parts of a line for a request: its path and headers are whatever somebody sent."""

    def __init__(self, atoms: Mapping[str, Any]) -> None:
        super().__init__(
            {
                name: escape_invisible(value) if isinstance(value, str) else value
                for name, value in atoms.items()
            }
        )


class Logger(glogging.Logger):
    atoms_wrapper_class = VisibleAtoms

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(EscapingFormatter(self.error_fmt, self.datefmt))
