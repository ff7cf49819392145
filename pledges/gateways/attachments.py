"""The file that a sealed pledge carries inside, read back."""

from typing import Any

from pledges.core.evidence import LARGEST
from pledges.core.verdict import Rejected
from pledges.gateways.pades import EVIDENCE
from pledges.gateways.revisions import plain


def only_file(reader: Any) -> bytes:
    """The content of the evidence file; raises `Rejected` unless it is the only attachment.

    The list of attachments that viewers show and the document's associated files (ISO 19005-3)
    must both name it and nothing else.
    """
    root = reader.root
    try:
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
        associated = root["/AF"]
        alone = len(names) == 2 and len(associated) == 1 and names[0] == EVIDENCE
        same = alone and plain(names.raw_get(1)) == plain(associated.raw_get(0))
        file = names[1]
        stream = file["/EF"]["/F"]
        named = file["/UF"] == EVIDENCE and file["/F"] == EVIDENCE
        one = plain(file["/EF"].raw_get("/F")) == plain(file["/EF"].raw_get("/UF"))
        data: bytes = stream.data
    except (KeyError, IndexError, TypeError) as error:
        raise Rejected("evidence-missing") from error
    if not (same and named and one) or len(data) > LARGEST:
        raise Rejected("evidence-missing")
    return data
