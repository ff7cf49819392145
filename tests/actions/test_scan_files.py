"""What may be uploaded as a scan: honest, odd and hostile files, told by their bytes alone."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from pledges.core.paper_refusals import ScanRefused
from pledges.core.scans import (
    LONG,
    MAX_DRAWN,
    MAX_FILE,
    MAX_PAGES,
    SHORT,
    Fault,
    Kind,
    kind_of,
    marked,
)
from pledges.forkserver.limits import Limits
from pledges.scans import drawing, process
from tests import scans

JPEG, PNG, TIFF, PDF = (scans.encoded(kind) for kind in ("JPEG", "PNG", "TIFF", "PDF"))


def pdf(objects, head="%PDF-1.7\n"):
    """A PDF of these objects, the first its catalog, with a right table of where they are."""
    out, places = bytearray(head.encode()), []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    begins = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{begins}\n%%EOF".encode()
    return bytes(out)


def of_pages(count, box="0 0 595 842", content="0 0 100 100 re f"):
    kids = " ".join(f"{number + 3} 0 R" for number in range(count))
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {count + 3} 0 R>>"
    stream = f"<</Length {len(content)}>>stream\n{content}\nendstream"
    root = "<</Type/Catalog/Pages 2 0 R>>"
    return pdf([root, f"<</Type/Pages/Kids[{kids}]/Count {count}>>", *[page] * count, stream])


def laughing():
    """A page that draws a form ten times, which draws another ten times, and so on."""
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length {}{}>>stream\n{}\nendstream"
    drawn = "/X Do " * 10
    last = form.format(14, "", "0 0 9 9 re f  ")
    others = [
        form.format(len(drawn), f"/Resources<</XObject<</X {number} 0 R>>>>", drawn)
        for number in range(6, 18)
    ]
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    page += "/Resources<</XObject<</X 5 0 R>>>>>>"
    content = f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream"
    return pdf(
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, content,
         *others, last]
    )  # fmt: skip


def png(width, height, *, depth=1, data=b""):
    """A PNG that says to be so large."""

    def chunk(name, body):
        return (
            struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))
        )

    head = struct.pack("!IIBBBBB", width, height, depth, 0, 0, 0, 0)
    body = zlib.compress(data or b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def encrypted():
    """A PDF that asks for a password."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="secret"))
    return out.getvalue()


def turned():
    """What a phone writes that was held upright: the image lies, and a tag says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    scans.image(size=(877, 620)).save(out, "JPEG", exif=exif)
    return out.getvalue()


TAKEN = {
    "jpeg": (JPEG, 1),
    "png": (PNG, 1),
    "tiff": (TIFF, 1),
    "pdf": (PDF, 1),
    "tiff of three pages": (scans.encoded("TIFF", pages=3, compression="tiff_lzw"), 3),
    "fax": (scans.encoded("TIFF", pages=2, mode="1", seal=False, compression="group4"), 2),
    "pdf of two pages": (scans.encoded("PDF", pages=2), 2),
    "pdf behind some bytes": (b"\n\n" + PDF, 1),
    "cmyk": (scans.encoded("JPEG", mode="CMYK"), 1),
    "grey": (scans.encoded("JPEG", mode="L"), 1),
    "with transparency": (scans.encoded("PNG", mode="RGBA"), 1),
    "of few colours": (scans.encoded("PNG", mode="P"), 1),
    "sixteen bits of grey": (scans.encoded("PNG", mode="I;16", seal=False), 1),
    "as many pages as may be": (of_pages(MAX_PAGES), MAX_PAGES),
    "tiny page": (of_pages(1, box="0 0 2 2"), 1),
    "huge page": (of_pages(1, box="0 0 14400 14400"), 1),
    "turned": (turned(), 1),
}
REFUSED = {
    "nothing": (b"", Fault.EMPTY),
    "a program": (b"MZ\x90\0" + b"\0" * 600, Fault.NOT_A_SCAN),
    "words": ("李明 签署".encode(), Fault.NOT_A_SCAN),
    "a page for browsers": (b"<html><script>alert(1)</script>", Fault.NOT_A_SCAN),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Fault.NOT_A_SCAN),
    "gif": (scans.encoded("GIF"), Fault.NOT_A_SCAN),
    "webp": (scans.encoded("WEBP"), Fault.NOT_A_SCAN),
    "bmp": (scans.encoded("BMP"), Fault.NOT_A_SCAN),
    "a workbook": (b"PK\x03\x04" + b"\0" * 99, Fault.NOT_A_SCAN),
    "postscript": (b"%!PS-Adobe-3.0\nshowpage", Fault.NOT_A_SCAN),
    "a jpeg of its head": (JPEG[:20], Fault.DAMAGED),
    "half a jpeg": (JPEG[: len(JPEG) // 2], Fault.DAMAGED),
    "half a png": (PNG[: len(PNG) // 2], Fault.DAMAGED),
    "half a tiff": (scans.encoded("TIFF", pages=2, compression="tiff_lzw")[:3000], Fault.DAMAGED),
    "a pdf of its head": (b"%PDF-1.7\n", Fault.DAMAGED),
    "noise that says pdf": (b"%PDF-" + bytes(range(256)) * 40, Fault.DAMAGED),
    "a pdf of no pages": (of_pages(0), Fault.DAMAGED),
    "a password": (encrypted(), Fault.ENCRYPTED),
    "too many pages": (of_pages(MAX_PAGES + 1), Fault.TOO_MANY_PAGES),
    "too many pages of tiff": (
        scans.encoded("TIFF", pages=41, size=(40, 60), compression="tiff_lzw"),
        Fault.TOO_MANY_PAGES,
    ),
    "a png of a billion pixels": (png(40_000, 40_000), Fault.TOO_MANY_PIXELS),
    "a png that is shorter than it says": (png(500, 500), Fault.DAMAGED),
    "white pages": (of_pages(2, content=" "), Fault.BLANK),
    "a white image": (scans.encoded("PNG", size=(8, 8), seal=False, mode="1"), None),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(name):
    data, count = TAKEN[name]
    pages = drawing.draw(data)
    assert len(pages) == count
    for page in pages:
        with Image.open(io.BytesIO(page.jpeg)) as image:
            assert (image.format, image.size) == ("JPEG", (page.width, page.height))
            assert image.mode in ("L", "RGB") and not image.getexif()
        assert max(page.width, page.height) <= LONG and min(page.width, page.height) <= SHORT


@pytest.mark.parametrize("name", [name for name, (_data, fault) in REFUSED.items() if fault])
def test_what_is_refused(name):
    data, fault = REFUSED[name]
    with pytest.raises(drawing.Refused) as refused:
        drawing.draw(data)
    assert refused.value.fault is fault


def test_a_seal_stays_red_and_the_rest_is_grey():
    modes = [
        Image.open(io.BytesIO(drawing.draw(data)[0].jpeg)).mode
        for data in (JPEG, scans.encoded("PNG", seal=False))
    ]
    assert modes == ["RGB", "L"]


def test_a_photo_stands_upright():
    (page,) = drawing.draw(turned())
    assert page.width < page.height


def test_pages_that_hardly_shrink_are_drawn_more_coarsely():
    noise = Image.effect_noise((SHORT, LONG), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=60)
    (page,) = drawing.draw(out.getvalue())
    assert len(page.jpeg) <= MAX_DRAWN


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (JPEG, Kind.JPEG), (PNG, Kind.PNG), (TIFF, Kind.TIFF), (PDF, Kind.PDF),
        (b"II+\0" + b"\0" * 20, Kind.TIFF), (b" " * 2000 + PDF, None), (b"\xff\xd8", None),
    ],
)  # fmt: skip
def test_kinds_are_told_by_bytes(data, kind):
    assert kind_of(data) is kind


def test_a_mark_makes_an_image_somebodys_and_changes_nothing_that_is_seen():
    first, second = marked(JPEG, "a"), marked(JPEG, "b")
    assert first != second and len(first) == len(JPEG) + 5
    seen = [Image.open(io.BytesIO(each)).tobytes() for each in (JPEG, first, second)]
    assert seen[0] == seen[1] == seen[2]


# --- In its own process ---------------------------------------------------------------------------
def test_it_is_drawn_in_a_process_of_its_own_without_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for others")
    started = []
    popen = subprocess.Popen

    def watched(command, **options):
        started.append((command, options))
        return popen(command, **options)

    monkeypatch.setattr(process.subprocess, "Popen", watched)
    assert process.draw(JPEG) == drawing.draw(JPEG)
    ((command, options),) = started
    assert command == [sys.executable, "-m", "pledges.scans.process"]
    assert "SECRET_KEY" not in options["env"]


@pytest.mark.parametrize("name", ["a png of a billion pixels", "a password", "half a tiff"])
def test_faults_come_across(name):
    data, fault = REFUSED[name]
    with pytest.raises(ScanRefused) as refused:
        process.draw(data)
    assert refused.value.fault is fault


def test_what_takes_for_ever_is_ended(monkeypatch):
    monkeypatch.setattr(process, "LIMITS", Limits(wall=4.0))
    with pytest.raises(ScanRefused) as refused:
        process.draw(laughing())
    assert refused.value.fault is Fault.TOO_COSTLY


def test_what_is_too_large_starts_no_process(monkeypatch):
    monkeypatch.setattr(process.subprocess, "Popen", None)
    with pytest.raises(ScanRefused) as refused:
        process.draw(b"\xff\xd8\xff" + b"\0" * MAX_FILE)
    assert refused.value.fault is Fault.TOO_LARGE


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\0\0\0\2{}", b"\xff" * 40,
        b"".join(process.framing.pack({"sizes": [[1, 1]]}, b"<script>")),
        b"".join(process.framing.pack({"sizes": []})),
        b"".join(process.framing.pack({"fault": "no such thing"})),
        b"".join(process.framing.pack({"sizes": [[1, 1], [1, 1]]}, JPEG)),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_damaged_file(said):
    with pytest.raises(ScanRefused):
        process._read(said)
