"""The file that a pledge or a record carries inside, read back."""

from typing import Any, Final

from pledges.proof.fileformat import FileFormat
from pledges.proof.pdf.objects import Budget, Reference, Stream, String
from pledges.proof.pdf.reader import Objects
from pledges.proof.verdict import Rejected

FILE: Final = frozenset({"/Type", "/F", "/UF", "/EF", "/Desc", "/AFRelationship"})
"""Without related files and file systems of other kinds (ISO 32000-1, 7.11.3)."""


def only_file(objects: Objects, file_format: FileFormat, budget: Budget) -> bytes:
    """The content of the evidence file; raises `Rejected` unless it is the only attachment.

    The list of attachments that viewers show and the document's associated files (ISO 19005-3)
    must both name it and nothing else.
    """
    called = String(file_format.evidence_file.encode())
    names = objects.dictionary(objects.catalog.get("/Names", {}))
    files = objects.dictionary(names.get("/EmbeddedFiles", {}))
    listed = objects.array(files.get("/Names", []))
    associated = objects.array(objects.catalog.get("/AF", []))
    if set(files) - {"/Names"} or len(listed) != 2 or listed[0] != called:
        _refuse("the one attachment that is listed", listed)
    if not isinstance(listed[1], Reference) or associated != [listed[1]]:
        _refuse("the one file that the document is associated with", associated)
    file = objects.dictionary(listed[1])
    streams = objects.dictionary(file.get("/EF", {}))
    if (file.get("/F"), file.get("/UF")) != (called, called) or set(streams) != {"/F", "/UF"}:
        _refuse(f"called {file_format.evidence_file}", file)
    if set(file) != FILE:
        _refuse("a plain file", sorted(file))
    if streams["/F"] != streams["/UF"]:
        _refuse("one stream, whichever name is followed", streams)
    stream = objects.follow(streams["/F"])
    data = budget.inflate(stream) if isinstance(stream, Stream) else b""
    if not data or len(data) > file_format.max_evidence_bytes:
        _refuse(f"of at most {file_format.max_evidence_bytes} bytes", len(data))
    return data


def _refuse(rule: str, found: Any) -> None:
    raise Rejected("evidence-missing", f"the evidence file is {rule}", found=found)
