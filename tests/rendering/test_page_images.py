"""Pages as images: what another renderer shows too, drawn in a worker, kept in bounded memory."""

import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.rendering import page_drawing, page_images
from pledges.rendering.byte_cache import ByteCache
from tests.golden_files import FOLDER
from tests.pools import environment, pools
from tests.rendering.kinds import PLEDGES, made
from tests.serving import ROOT

CELL = 32
"""Pixels of an image: 4.4 mm, within which each renderer may smooth edges as it likes."""
CLOSE = 28
"""Of 255 levels, averaged over a cell. Edges give up to 20, a missing image or stamp 70."""
VERMILION = (179, 38, 30)


@pytest.fixture(autouse=True)
def _nothing_kept():
    page_images.forget()


@pytest.fixture(scope="module")
def finished():
    return made("contract", "zh-hans")["finished"]


def unread():
    raise AssertionError("the document was read")


def draw(pdf, number):
    return page_images.draw(sha256_hex(pdf), number, lambda: pdf)


def opened(image):
    return Image.open(BytesIO(image))


def by_poppler(pdf, number, width):
    page = ["-f", str(number), "-l", str(number)]
    command = ["pdftoppm", "-scale-to-x", str(width), "-scale-to-y", "-1", *page, "-"]
    return Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True).stdout))


def difference(one, other):
    """By how much the cell differs in which the two differ most, in any colour."""
    size = (one.width // CELL, one.height // CELL)
    cells = (each.convert("RGB").resize(size, Image.Resampling.BOX) for each in (one, other))
    return max(most for _least, most in ImageChops.difference(*cells).getextrema())


# --- What they show -------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["signed", "B-LTA finished"])
@pytest.mark.parametrize(("slug", "language"), PLEDGES)
def test_each_page_is_what_another_renderer_shows(slug, language, kind):
    """Poppler and pdfium share no code: both show the signature image, the stamp, all the rest."""
    pdf = made(slug, language)[kind]
    sizes = page_images.sizes(pdf, sha256_hex(pdf))
    for number, size in enumerate(sizes, start=1):
        image = opened(draw(pdf, number))
        assert image.format == "PNG" and image.size == size
        assert difference(image, by_poppler(pdf, number, image.width)) <= CLOSE


def test_the_last_page_shows_the_signature_image_and_the_stamp(finished):
    files = made("contract", "zh-hans")
    last = len(page_images.sizes(finished, sha256_hex(finished)))
    rendered, signed, stamped = (
        opened(draw(files[kind], last)) for kind in ("rendered", "signed", "finished")
    )
    assert difference(rendered, signed) > CLOSE and difference(signed, stamped) > CLOSE
    colours = sorted(stamped.convert("RGB").getcolors(100), reverse=True)
    assert colours[0][1] == (255, 255, 255)
    assert next(each for _count, each in colours if _redness(each) > 100) == VERMILION


def _redness(colour):
    red, green, blue = colour
    return red - max(green, blue)


def test_a_page_is_two_pixels_for_each_of_the_column_and_light_all_the_same(finished):
    """The column is 760 CSS pixels wide (static/sign.css); a phone pays for every kilobyte."""
    image = draw(finished, 1)
    assert opened(image).width == 2 * 760
    assert len(image) < 250_000


def test_every_golden_file_can_be_drawn():
    for folder in sorted(each for each in FOLDER.iterdir() if (each / "file.pdf").exists()):
        pdf = (folder / "file.pdf").read_bytes()
        count = len(page_images.sizes(pdf, sha256_hex(pdf)))
        assert opened(draw(pdf, count)).width == page_drawing.WIDTH


@pytest.mark.parametrize("number", [0, -1, 99, 10**9])
def test_a_page_that_there_is_not_is_told(finished, number):
    page_images.sizes(finished, sha256_hex(finished))
    with pytest.raises(page_images.NoSuchPage):
        draw(finished, number)


# --- What is kept ---------------------------------------------------------------------------------
def test_a_page_is_drawn_once_and_found_by_the_digest(finished):
    image = draw(finished, 1)
    assert page_images.draw(sha256_hex(finished), 1, unread) == image
    with pytest.raises(AssertionError):
        page_images.draw(sha256_hex(finished), 2, unread)
    with pytest.raises(AssertionError):
        page_images.draw("0" * 64, 1, unread)


keys, values = st.integers(0, 9), st.binary(max_size=30)


@given(st.lists(st.tuples(keys, values)))
def test_what_is_kept_is_bounded_true_and_the_latest_used(puts):
    cache, latest = ByteCache(100), {}
    for key, value in puts:
        cache.put(key, value)
        if len(value) * 8 <= 100:
            latest.pop(key, None)
            latest[key] = value
    found = {key: cache.get(key) for key in range(10)}
    kept = {key: value for key, value in found.items() if value is not None}
    assert sum(map(len, kept.values())) <= 100
    assert kept == dict(list(latest.items())[len(latest) - len(kept) :])


def test_what_is_used_outlives_what_is_not():
    cache = ByteCache(80)
    for key in range(8):
        cache.put(key, b"x" * 10)
    cache.get(0)
    cache.put(8, b"x" * 10)
    assert cache.get(0) and cache.get(1) is None


# --- In the pool ----------------------------------------------------------------------------------
def test_a_worker_draws_what_this_process_would_and_survives_damage(tmp_path, settings, finished):
    here = draw(finished, 1)
    with pools(tmp_path) as running:
        settings.RENDERING_SOCKET = running.rendering
        page_images.forget()
        (worker,) = running.workers(running.rendering)
        for damaged in (b"", b"%PDF-1.7\n", finished[:5000], b"no document at all" * 1000):
            with pytest.raises(refusals.MakingFailed):
                page_images.sizes(damaged, sha256_hex(damaged))
            with pytest.raises(refusals.MakingFailed):
                draw(damaged, 1)
        assert draw(finished, 1) == here
        with pytest.raises(page_images.NoSuchPage):
            draw(finished, 99)
        assert running.workers(running.rendering) == [worker]
        assert b"DATABASE" not in environment(worker)


def test_without_a_pool_damage_is_told_in_the_same_way():
    with pytest.raises(refusals.MakingFailed):
        draw(b"no document at all", 1)


def test_without_anybody_who_draws_it_is_said(settings, tmp_path, finished):
    settings.RENDERING_SOCKET = tmp_path / "nobody"
    with pytest.raises(refusals.MakerAbsent):
        draw(finished, 1)


HARDENED = """
import ctypes, sys
SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0):
    sys.exit(77)
from pledges.rendering import page_drawing
pdf = sys.stdin.buffer.read()
page_drawing.draw(pdf, 1)
page_drawing.draw_into(pdf, pdf, (0, 0, 100, 100))
"""


def test_it_draws_where_no_memory_is_both_written_and_run(finished):
    """As the units of an installation have it (MemoryDenyWriteExecute)."""
    command = [sys.executable, "-c", HARDENED]
    done = subprocess.run(command, cwd=ROOT, input=finished, capture_output=True)
    if done.returncode == 77:
        pytest.skip("this kernel does not know it")
    assert (done.returncode, done.stderr) == (0, b"")
