"""pyHanko's reader, at a cost that grows with a file and not with its square."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic as untyped
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader

generic: Any = untyped


@dataclass(frozen=True)
class _Opened:
    """An object stream (ISO 32000-1, 7.5.7): the objects' numbers, where each begins, the data."""

    numbers: tuple[int, ...]
    places: tuple[int, ...]
    data: bytes


class Reader(PdfFileReader):
    """Strict; opens each object stream once. pyHanko would open it anew for each object in it."""

    def __init__(self, stream: BytesIO) -> None:
        self._opened: dict[int, _Opened] = {}
        super().__init__(stream, strict=True)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        if stmnum not in self._opened:
            self._opened[stmnum] = self._open(stmnum)
        opened = self._opened[stmnum]
        if not 0 <= idx < len(opened.numbers) or opened.numbers[idx] != idnum:
            raise PdfStrictReadError("an object is not where the table says")
        data = BytesIO(opened.data)
        data.seek(opened.places[idx])
        found = generic.read_object(data, generic.Reference(idnum, 0, self))
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            raise PdfStrictReadError("an object stream holds what it may not")
        return found

    def _open(self, stmnum: int) -> _Opened:
        holder: Any = generic.Reference(stmnum, 0, self).get_object()
        if not isinstance(holder, generic.StreamObject) or holder["/Type"] != "/ObjStm":
            raise PdfStrictReadError("no object stream where the table says")
        data = holder.read_data(DecodePurpose.OBJECT_STREAM)
        first, count = int(holder["/First"]), int(holder["/N"])
        head = [int(number) for number in data[:first].split()]
        if len(head) != 2 * count:
            raise PdfStrictReadError("the head of an object stream is not in order")
        return _Opened(tuple(head[::2]), tuple(first + place for place in head[1::2]), data)
