"""ZIPs of scans: honest ones of every system, and those made to hurt whoever opens them."""

import io
import struct
import tracemalloc
import zipfile

import pytest

from pledges.core.paper_refusals import ArchiveRefused
from pledges.gateways import archives
from pledges.gateways.archives import EntryFault
from tests import scans


def opened(data):
    return archives.opened(io.BytesIO(data) if isinstance(data, bytes) else data)


def made(*entries, method=zipfile.ZIP_DEFLATED):
    """A ZIP of (name or info, data) as they are given, twice the same name included."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def info(name, **facts):
    found = zipfile.ZipInfo(name)
    for key, value in facts.items():
        setattr(found, key, value)
    return found


def in_gbk(name, data=b"x"):
    """As Windows writes it: the name in GBK, and no flag that says otherwise."""
    plain = "N" * len(name.encode("gbk"))
    return made((plain, data)).replace(plain.encode(), name.encode("gbk"))


def flagged(data, bits):
    """The same archive with these bits set in every entry's flags."""
    out = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", out, at + offset)
            struct.pack_into("<H", out, at + offset, flags | bits)
            at = out.find(mark, at + 4)
    return bytes(out)


LINK = info("link.jpg", create_system=3, external_attr=0o120777 << 16)
READ = {
    "plain": (made(("a.jpg", b"1")), "a.jpg", b"1"),
    "stored": (made(("a.jpg", b"1"), method=zipfile.ZIP_STORED), "a.jpg", b"1"),
    "another case": (made(("A.JPG", b"1")), "a.jpg", b"1"),
    "in a folder, by its path": (made(("扫描/a.jpg", b"1")), "扫描/a.jpg", b"1"),
    "in a folder, by its name": (made(("扫描/a.jpg", b"1")), "a.jpg", b"1"),
    "utf-8": (made(("李明.jpg", b"1")), "李明.jpg", b"1"),
    "gbk": (in_gbk("李明.jpg", b"1"), "李明.jpg", b"1"),
    "behind other bytes": (b"a program" + made(("a.jpg", b"1")), "a.jpg", b"1"),
}
REFUSED = {
    "a path that leads out": (made(("../a.jpg", b"1")), "../a.jpg", EntryFault.PATH),
    "a path from the top": (made(("/etc/a.jpg", b"1")), "/etc/a.jpg", EntryFault.PATH),
    "a drive": (made(("C:\\a.jpg", b"1")), "C:\\a.jpg", EntryFault.PATH),
    "backslashes": (made(("..\\..\\a.jpg", b"1")), "a.jpg", EntryFault.PATH),
    "a link": (made((LINK, b"/etc/passwd")), "link.jpg", EntryFault.NO_FILE),
    "a password": (flagged(made(("a.jpg", b"1")), 1), "a.jpg", EntryFault.ENCRYPTED),
    "another method": (
        made(("a.jpg", b"1"), method=zipfile.ZIP_LZMA), "a.jpg", EntryFault.METHOD,
    ),
    "says to be large": (
        made((info("a.jpg"), b"\0" * (archives.MAX_FILE + 1))), "a.jpg", EntryFault.TOO_LARGE,
    ),
    "two names that are one": (
        made(("a.jpg", b"1"), ("A.jpg", b"2")), "a.jpg", EntryFault.NAME_TWICE,
    ),
    "bytes that are others": (
        made(("a.jpg", b"12345678"), method=zipfile.ZIP_STORED).replace(b"12345678", b"1234567X"),
        "a.jpg", EntryFault.DAMAGED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name):
    data, asked, expected = READ[name]
    with opened(data) as archive:
        assert archive.read(archive.find(asked)) == expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_told_with_why(name):
    data, asked, fault = REFUSED[name]
    with opened(data) as archive:
        key = archive.find(asked)
        assert archive.read(key) is fault


def test_a_name_that_several_folders_have_is_nobodys():
    with opened(made(("a/1.jpg", b"1"), ("b/1.jpg", b"2"))) as archive:
        assert archive.find("1.jpg") is None and archive.find("b/1.jpg") == "b/1.jpg"


def test_what_systems_add_is_passed_over():
    names = ("__MACOSX/._a.jpg", ".DS_Store", "scans/Thumbs.db", "scans/", "a.jpg")
    with opened(made(*((name, b"1") for name in names))) as archive:
        assert list(archive.names.values()) == ["a.jpg"] and not archive.refused


def test_a_bomb_is_not_believed_and_not_unpacked():
    """It says that its file has one byte, and would unpack to gigabytes."""
    bomb = bytearray(made(("a.jpg", b"\0" * (archives.MAX_FILE * 2))))
    central = bomb.find(b"PK\x01\x02")
    struct.pack_into("<I", bomb, central + 24, 1)
    struct.pack_into("<I", bomb, 22, 1)
    with opened(bytes(bomb)) as archive:
        assert archive.read("a.jpg") in (EntryFault.DAMAGED, EntryFault.TOO_LARGE)


def test_many_files_that_are_too_much_together(monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100)
    with opened(made(*((f"{each}.jpg", b"\0" * 40) for each in range(4)))) as archive:
        archive.left = 100
        assert len(archive.read("0.jpg")) == len(archive.read("1.jpg")) == 40
        with pytest.raises(ArchiveRefused) as refused:
            archive.read("2.jpg")
        assert refused.value.why == "too-much"


def test_files_that_share_their_bytes_are_damaged():
    """One entry's place in the other: what is unpacked twice costs twice."""
    data = bytearray(made(("a.jpg", b"1" * 50), ("b.jpg", b"2" * 50), method=zipfile.ZIP_STORED))
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    with opened(bytes(data)) as archive:
        assert archive.read("b.jpg") is EntryFault.DAMAGED


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"no archive at all", scans.encoded(), made(("a", b"1"))[:40]],
    ids=["nothing", "its first bytes", "words", "a scan", "half of one"],
)
def test_what_is_no_archive(data):
    with pytest.raises(ArchiveRefused), opened(data):
        pass


def test_limits_of_the_whole(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    with pytest.raises(ArchiveRefused) as refused, opened(made(*((str(n), b"") for n in range(3)))):
        pass
    assert (refused.value.why, refused.value.limit) == ("too-many-entries", 2)
    monkeypatch.setattr(archives, "MAX_ARCHIVE", 50)
    with pytest.raises(ArchiveRefused) as refused, opened(made(("a", b"x" * 100))):
        pass
    assert refused.value.why == "too-large"


def listing(count, zip64=False):
    """An archive that lists so many empty entries; by its longer end too, which goes first."""
    entries = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, *[0] * 14) * count
    size, end = len(entries), b""
    if zip64:
        facts = (44, 45, 45, 0, 0, count, count, size, 0)
        end = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", *facts)
        end += struct.pack("<4sIQI", b"PK\x06\x07", 0, size, 1)
        count, size = 0, 0
    told = min(count, 65535)
    return entries + end + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, told, told, size, 0, 0)


@pytest.mark.parametrize("zip64", [False, True], ids=["in its end", "in its longer end"])
def test_a_list_of_entries_is_not_read_however_long_it_is(zip64):
    """Millions fit into an archive, and the library keeps half a kilobyte of each."""
    tracemalloc.start()
    with pytest.raises(ArchiveRefused) as refused, opened(listing(500_000, zip64)):
        pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.why == "too-many-entries"
    assert most < 20 * archives.MAX_DIRECTORY + 30_000_000
