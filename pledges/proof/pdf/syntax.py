"""PDF objects read strictly (ISO 32000-1, 7.3): bytes have one reading, or are refused.

Readers differ in what they mend, so nothing is mended here: no comments, no key twice, no length
that is wrong. What is read is counted against a budget, because whoever wrote it chose its size.
"""

import re
from typing import Any, Final, NoReturn

from pledges.proof.pdf.objects import (
    Budget,
    Name,
    Number,
    Reference,
    Stream,
    String,
    integer,
    refuse,
)

MAX_DEPTH: Final = 32

# A number or word ends before a delimiter, white space, or the end of the data (7.2.2, 7.2.3).
_REGULAR = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
# In names other bytes are written with a # (7.3.5): 0x80 and 0xFF are white space to PDFium.
_PRINTED = rb"[!-$&'*-.0-;=?-Z\\^-z|~]"
_TOKEN: Final = re.compile(
    rb"[\0\t\n\f\r ]*+(?:"
    rb"(?P<reference>[0-9]{1,10}+ [0-9]{1,5}+ R(?!" + _REGULAR + rb"))"
    rb"|(?P<number>-?[0-9]{1,12}+(?:\.[0-9]{0,12}+)?+(?!" + _REGULAR + rb"))"
    rb"|(?P<word>(?:true|false|null)(?!" + _REGULAR + rb"))"
    rb"|/(?P<name>" + _PRINTED + rb"{0,250}+)(?!" + _REGULAR + rb")"
    rb"|(?P<open><<|\[)"
    rb"|(?P<close>>>|\])"
    rb"|<(?P<hex>[0-9A-Fa-f]*+)>"
    rb"|\((?P<literal>(?:[^()\\\r]|\\[0-7nrtbf()\\])*+)\))"
)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_HEXADECIMAL_NAME: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_WORDS: Final = {b"true": True, b"false": False, b"null": None}


class Parser:
    """Reads objects out of `data`, each from the place that it is told."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data, self._budget = data, budget

    def value(self, place: int, depth: int = 0) -> tuple[Any, int]:
        """The object at `place` that is no stream, and where it ends."""
        token = self._token(place)
        if token.lastgroup == "close":
            self._refuse("an object stands here", place)
        return self._from(token, depth)

    def _token(self, place: int) -> re.Match[bytes]:
        token = _TOKEN.match(self._data, place)
        if token is None:
            self._refuse("an object is written as 7.3 says", place)
        self._budget.take_node()
        return token

    def _from(self, token: re.Match[bytes], depth: int) -> tuple[Any, int]:
        kind, end = token.lastgroup or "", token.end()
        if kind == "open":
            if depth >= MAX_DEPTH:
                self._refuse("objects are not nested deeply", end)
            return self._entries(end, depth) if token["open"] == b"<<" else self._items(end, depth)
        return _ATOMS[kind](token[kind]), end

    def _items(self, place: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            token = self._token(place)
            if token.lastgroup == "close":
                if token["close"] != b"]":
                    self._refuse("an array ends with ]", place)
                return found, token.end()
            item, place = self._from(token, depth + 1)
            found.append(item)

    def _entries(self, place: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            token = self._token(place)
            if token.lastgroup == "close":
                if token["close"] != b">>":
                    self._refuse("a dictionary ends with >>", place)
                return found, token.end()
            if token.lastgroup != "name":
                self._refuse("a key is a name (7.3.7)", place)
            key = _name(token["name"])
            if key in found:
                self._refuse("a key stands once in a dictionary (7.3.7)", place)
            found[key], place = self.value(token.end(), depth + 1)

    def indirect(self, number: int, place: int) -> tuple[Any, int]:
        """The indirect object (7.3.10) of that number at `place`, and where the next one begins."""
        head = b"%d 0 obj\n" % number
        if not self._data.startswith(head, place):
            self._refuse(f"object {number} stands where the table says", place)
        found, end = self.value(place + len(head))
        if isinstance(found, Reference):
            self._refuse("an object is no reference to another", place)
        if self._data.startswith(b"\nstream\n", end):
            found, end = self._stream(found, end + len(b"\nstream\n"))
        if not self._data.startswith(b"\nendobj\n", end):
            self._refuse(f"object {number} ends with endobj", end)
        return found, end + len(b"\nendobj\n")

    def _stream(self, entries: Any, place: int) -> tuple[Stream, int]:
        length = integer(entries.get("/Length")) if isinstance(entries, dict) else -1
        end = place + length
        if length < 0 or not self._data.startswith(b"\nendstream", end):
            self._refuse("a stream has the length that it says (7.3.8.2)", place)
        return Stream(entries, self._data[place:end]), end + len(b"\nendstream")

    def _refuse(self, rule: str, place: int) -> NoReturn:
        found = self._data[place : place + 40].decode("latin-1")
        refuse(rule, found=found, where=f"offset {place}")


def _name(raw: bytes) -> Name:
    if b"#" in raw:
        # What is left is a # without two digits behind it, which no reader must take for one.
        plain = _HEXADECIMAL_NAME.sub(lambda found: bytes([int(found[1], 16)]), raw)
        if raw.count(b"#") != len(_HEXADECIMAL_NAME.findall(raw)):
            refuse("a # in a name is followed by two digits (7.3.5)", found=raw)
        if b"\0" in plain:
            refuse("a name has no null in it (7.3.5), at which some readers end it", found=raw)
        raw = plain
    return Name("/" + raw.decode("utf-8", "surrogateescape"))


def _reference(raw: bytes) -> Reference:
    number, generation, _ = raw.split(b" ")
    return Reference(int(number), int(generation))


def _hexadecimal(raw: bytes) -> String:
    if len(raw) % 2:
        refuse("a string in hexadecimal has an even number of digits", found=raw)
    return String(bytes.fromhex(raw.decode()))


def _literal(raw: bytes) -> String:
    return String(_ESCAPE.sub(_unescaped, raw) if b"\\" in raw else raw)


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if said.isdigit():
        return bytes([int(said, 8) & 0xFF])
    return _ESCAPED.get(said, said)


_ATOMS: Final = {
    "reference": _reference,
    "number": lambda raw: Number(raw.decode()),
    "word": _WORDS.__getitem__,
    "name": _name,
    "hex": _hexadecimal,
    "literal": _literal,
}
