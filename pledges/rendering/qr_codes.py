"""A text as a QR code (ISO/IEC 18004) of level M: a quarter more than a thumb may cover."""

from itertools import groupby

import zxingcpp

DARK = 0


def modules(text: str) -> list[bytes]:
    """The rows of the code without its quiet zone, one byte a module: `DARK` or not."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = code.to_image(scale=1, add_quiet_zones=False)
    size, _ = image.shape
    pixels = bytes(memoryview(image))  # type: ignore[arg-type]  # its types hide the buffer
    return [pixels[start : start + size] for start in range(0, size * size, size)]


def draw(text: str) -> tuple[int, str]:
    """The size in modules, and an SVG path through the middle of each dark run, one module wide."""
    rows = modules(text)
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for colour, run in groupby(row):
            length = len(list(run))
            if colour == DARK:
                runs.append(f"M{x} {y}.5h{length}")
            x += length
    return len(rows), "".join(runs)
