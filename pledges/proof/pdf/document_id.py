"""The permanent identifier of a document as rendered, read off its end without parsing it."""

import re
from typing import Final

TAIL: Final = 64
"""Bytes: `startxref`, an offset, `%%EOF`."""
HEAD: Final = 512
"""Bytes that hold the dictionary of the cross-reference stream."""

_TAIL: Final = re.compile(rb"\nstartxref\n([1-9][0-9]{0,9})\n%%EOF\n\Z")
# The one form in which our renderer writes it. Every part has its own first character, so there
# is one way to match, and a comment, a second `/ID` or a string that looks like one is no match.
_CROSS_REFERENCES: Final = re.compile(
    rb"[1-9][0-9]{0,6} 0 obj\n"
    rb"<</Type /XRef/Index \[0 [0-9]{1,7}\]/W \[[0-9] [0-9] [0-9]\]/Size [0-9]{1,7}"
    rb"/Root [0-9]{1,7} 0 R/Info [0-9]{1,7} 0 R"
    rb"/ID \[\(([0-9a-f]{64})\) \([0-9a-f]{32}\)\]"
    rb"/Filter /FlateDecode/Length [0-9]{1,7}>>\nstream\n"
)


class NoIdentifier(ValueError):
    """These bytes are no document as `pdf.render` writes one."""


def read(document: bytes) -> str:
    """The identifier that `pdf.render` was given for `document`; raises `NoIdentifier`.

    For a document exactly as rendered: of a signed file, the bytes before its first update.
    """
    tail = _TAIL.search(document[-TAIL:])
    if tail is None:
        raise NoIdentifier("the file does not end as one that was rendered")
    place = int(tail[1])
    head = _CROSS_REFERENCES.match(document[place : place + HEAD])
    if head is None:
        raise NoIdentifier("no table of references stands where the file's end says")
    return head[1].decode("ascii")
