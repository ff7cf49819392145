"""Scans made for tests: images with lines on them, as the kinds of file that people upload."""

import csv
import io
import zipfile
from datetime import date
from functools import cache

from PIL import Image, ImageDraw

from pledges.core.paper_refusals import ScanRefused
from pledges.scans import drawing, process

SIGNED_ON = date(2024, 3, 1)
HEADS = ("工号", "姓名", "版本", "签署日期", "到期日", "文件名", "备注")


def image(*, size=(620, 877), mode="RGB", mark=0, seal=True):
    """A page with lines, a seal, and something of its own."""
    made = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(made)
    width, height = size
    for line in range(8, 36):
        pen.line((width // 8, line * height // 44, width * 7 // 8, line * height // 44), "#333", 3)
    if seal:
        box = (width * 5 // 8, height * 6 // 8, width * 7 // 8, height * 6 // 8 + width // 4)
        pen.ellipse(box, outline="#c81414", width=8)
    pen.text((20, 20), f"page {mark}", "black")
    return made.convert(mode)


@cache
def encoded(kind="JPEG", *, pages=1, mark=0, **options):
    """A scan as bytes."""
    keys = {name: options.pop(name) for name in ("size", "mode", "seal") if name in options}
    first, *others = [image(mark=mark + page, **keys) for page in range(pages)]
    out = io.BytesIO()
    several = {"save_all": True, "append_images": others} if kind in ("PDF", "TIFF") else {}
    first.save(out, kind, **several, **options)
    return out.getvalue()


def row(number="E1001", name="李明", file="liming.jpg", *, version="contract 1", on="2024-03-01",
        ends="", note=""):  # fmt: skip
    return (number, name, version, on, ends, file, note)


def table(*rows, heads=HEADS):
    """A list as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    return out.getvalue().encode("utf-8-sig")


def archive(files):
    """A ZIP of files by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    out.seek(0)
    return out


def draw_here(monkeypatch):
    """Draw in this process, as the one of its own would: a second faster."""

    def draw(data):
        try:
            return drawing.draw(data)
        except drawing.Refused as refused:
            raise ScanRefused(refused.fault) from refused

    monkeypatch.setattr(process, "draw", draw)
