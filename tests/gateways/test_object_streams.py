"""Our reader reads what pyHanko's does, and opens each object stream once."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from pledges.gateways.reading import Reader
from pledges.gateways.revisions import plain
from tests.attacks.honest import honest


def objects(reader):
    return {
        (reference.idnum, revision): plain(
            reader.get_historical_resolver(revision).get_object(reference)
        )
        for revision in range(reader.total_revisions)
        for reference in reader.xrefs.explicit_refs_in_revision(revision)
    }


@pytest.mark.parametrize("name", ["signed", "renewed"])
def test_every_object_is_what_another_reader_makes_of_it(name):
    pdf = honest().base(name)
    assert objects(Reader(BytesIO(pdf))) == objects(PdfFileReader(BytesIO(pdf), strict=True))


def test_each_object_stream_is_opened_once(monkeypatch):
    reader, opened = Reader(BytesIO(honest().rendered)), []
    read = StreamObject.read_data

    def note(self, *given, **named):
        opened.append(self.get("/Type"))
        return read(self, *given, **named)

    monkeypatch.setattr(StreamObject, "read_data", note)
    found = objects(reader)
    streams = [text for text in found.values() if "/ObjStm" in str(text)]
    assert opened.count("/ObjStm") == len(streams) == 1


def test_an_object_that_is_not_where_the_table_says_is_not_read():
    reader = Reader(BytesIO(honest().rendered))
    inside = reader.xrefs.get_xref_data(0).xrefs_in_objstm
    (first, place), (other, _) = list(inside.items())[:2]
    stream, index = place.obj_stream_id, place.ix_in_stream
    assert reader._get_object_from_stream(first, stream, index) is not None
    for number, place in ((other, index), (first, -1), (first, 10_000)):
        with pytest.raises(PdfReadError):
            reader._get_object_from_stream(number, stream, place)
