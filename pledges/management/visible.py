"""Commands that quote files, the ledger or other servers: what they print is escaped."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper

from pledges.core.characters import escape_lines


class VisibleOutput(OutputWrapper):
    """Escapes what is written, but for text that comes with its style: Django's own checks."""

    def write(  # type: ignore[override]  # no file takes a style; Django's wrapper does
        self,
        msg: str = "",
        style_func: Callable[[str], str] | None = None,
        ending: str | None = None,
    ) -> None:
        super().write(msg if style_func else escape_lines(msg), style_func, ending)


class VisibleCommand(BaseCommand):
    """A command whose words go through `VisibleOutput`, its refusals (CommandError) too."""

    @property
    def stdout(self) -> Any:
        return self._stdout

    @stdout.setter
    def stdout(self, output: Any) -> None:
        self._stdout = VisibleOutput(output._out, output.ending)

    @property
    def stderr(self) -> Any:
        return self._stderr

    @stderr.setter
    def stderr(self, output: Any) -> None:
        self._stderr = VisibleOutput(output._out, output.ending)
