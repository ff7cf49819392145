"""How rules of a standard are written down, and what they look at in a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf, Stream

Check = Callable[["File"], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """One demand of a standard: its clause, what it says, and whatever in a file breaks it."""

    clause: str
    says: str
    check: Check

    def __str__(self) -> str:
        return f"{self.clause}: {self.says}"


class Rules(list[Rule]):
    """The rules of one standard, entered by the decorator that it is."""

    def __call__(self, clause: str, says: str) -> Callable[[Check], Check]:
        def enter(check: Check) -> Check:
            self.append(Rule(clause, says, check))
            return check

        return enter

    def broken(self, file: "File") -> list[str]:
        return [f"{rule}: {what}" for rule in self for what in rule.check(file)]


@dataclass(frozen=True)
class Content:
    """What is drawn: a page, or the appearance of an annotation."""

    where: str
    holder: Any
    resources: Any

    @cached_property
    def operations(self) -> list[tuple[list[Any], str]]:
        parsed = pikepdf.parse_content_stream(self.holder)
        return [(list(each.operands), str(each.operator)) for each in parsed]


class File:
    """A PDF as its newest revision shows it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pdf: Pdf = pikepdf.open(BytesIO(data))
        self.root = self.pdf.Root

    @cached_property
    def objects(self) -> list[Any]:
        """Every dictionary of the file, also those within others."""
        found: list[Any] = []
        for item in self.pdf.objects:
            found.extend(_dictionaries(item))
        return found

    def of_type(self, kind: str) -> list[Any]:
        return [each for each in self.objects if each.get("/Type") == f"/{kind}"]

    @cached_property
    def pages(self) -> list[Any]:
        return [page.obj for page in self.pdf.pages]

    @cached_property
    def annotations(self) -> list[tuple[Any, Any]]:
        """Each annotation with its page."""
        return [(each, page) for page in self.pages for each in page.get("/Annots", [])]

    @cached_property
    def widgets(self) -> list[Any]:
        return [each for each, _ in self.annotations if each.Subtype == "/Widget"]

    @cached_property
    def seen_widgets(self) -> list[Any]:
        """Without the fields of timestamps, whose boxes have no extent (ISO 19005-3, 6.3.3)."""
        return [each for each in self.widgets if list(each.Rect)[:2] != list(each.Rect)[2:]]

    @cached_property
    def page_contents(self) -> list[Content]:
        return [
            Content(f"page {number}", page, page.Resources)
            for number, page in enumerate(self.pages, 1)
        ]

    @cached_property
    def appearances(self) -> list[Content]:
        return [
            Content(str(each["/T"]), each.AP.N, each.AP.N.get("/Resources", Dictionary()))
            for each in self.seen_widgets
        ]

    @cached_property
    def contents(self) -> list[Content]:
        return [*self.page_contents, *self.appearances]

    @cached_property
    def fonts(self) -> dict[tuple[int, int], tuple[Any, set[int]]]:
        """Each font that is used, with the codes that are shown in it."""
        used: dict[tuple[int, int], tuple[Any, set[int]]] = {}
        for content in self.contents:
            codes: set[int] = set()
            for operands, operator in content.operations:
                if operator == "Tf":
                    font = content.resources.Font[str(operands[0])]
                    _, codes = used.setdefault(font.objgen, (font, set()))
                elif operator in ("Tj", "TJ", "'", '"'):
                    codes |= set(_codes(operands[-1]))
        return used

    @cached_property
    def elements(self) -> list[Any]:
        """The structure elements, as they are read."""
        return list(_below(self.root.get("/StructTreeRoot", Dictionary())))


def kids(element: Any) -> list[Any]:
    """The kids of a structure element; one may stand without an array."""
    found = element.get("/K", Array())
    return list(found) if isinstance(found, Array) else [found]


def _below(element: Any) -> Iterator[Any]:
    for kid in kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from _below(kid)


def _codes(shown: Any) -> Iterator[int]:
    """The two-byte codes (Identity-H) of a string, or of an array of strings and gaps."""
    strings = shown if isinstance(shown, Array) else [shown]
    for text in strings:
        if isinstance(text, pikepdf.String):
            data = bytes(text)
            yield from (data[i] << 8 | data[i + 1] for i in range(0, len(data), 2))


def _dictionaries(value: Any) -> Iterator[Any]:
    if isinstance(value, Stream | Dictionary):
        yield value
        entries = [value.get(key) for key in value.keys()]  # noqa: SIM118
    elif isinstance(value, Array):
        entries = list(value)
    else:
        return
    for entry in entries:
        if isinstance(entry, Array | Dictionary) and not getattr(entry, "is_indirect", False):
            yield from _dictionaries(entry)
