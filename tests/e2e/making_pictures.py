"""Makes the pictures of both READMEs anew: `pytest -n0 tests/e2e/making_pictures.py`.

pytest does not collect it by itself. Look at what it made before you commit it: pictures that show
what is no longer so are worse than none.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pledges import issued_files
from pledges.actions import answers, preparing
from tests import baseline
from tests.cast import FILLED
from tests.e2e.pages import Draft, Signing
from tests.e2e.stage import sign_path
from tests.serving import ROOT

FOLDER = ROOT / "docs" / "images"
PICTURES = ("fill", "pdf", "review", "sign", "verify")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SLUG, UNUSUAL = "general-standards", {"satisfaction_target": "88"}
STILL_BLANK = ("complaint_resolution_days", "training_hours_per_year", "assessed_indicators")
COLOURS, GROUND, GAP, HEIGHT = 128, (239, 236, 230), 20, 885
Stroke = tuple[tuple[float, float], ...]
# Names by hand, in widths of the box: 李明, 王芳, W. Fang.
LIMING: tuple[Stroke, ...] = (
    ((.24, .075), (.40, .07)), ((.32, .03), (.32, .185)), ((.315, .075), (.285, .12), (.23, .155)),
    ((.325, .075), (.36, .12), (.415, .15)), ((.27, .195), (.365, .19), (.325, .225)),
    ((.322, .22), (.33, .29), (.318, .335), (.285, .315)), ((.22, .265), (.425, .255)),
    ((.56, .09), (.562, .24)), ((.56, .09), (.635, .085), (.632, .24)), ((.563, .155), (.63, .152)),
    ((.562, .235), (.632, .23)), ((.70, .07), (.698, .2), (.665, .325)),
    ((.70, .07), (.795, .065), (.79, .31), (.765, .295)), ((.703, .14), (.79, .135)),
    ((.70, .205), (.79, .2)),
)  # fmt: skip
WANGFANG: dict[str, tuple[Stroke, ...]] = {
    "zh": (
        ((.22, .08), (.40, .075)), ((.235, .175), (.385, .17)), ((.20, .29), (.425, .28)),
        ((.31, .08), (.308, .285)), ((.56, .085), (.82, .078)), ((.635, .045), (.638, .125)),
        ((.735, .04), (.732, .12)), ((.68, .135), (.70, .16)), ((.575, .19), (.80, .182)),
        ((.68, .19), (.655, .26), (.59, .335)),
        ((.665, .245), (.76, .24), (.748, .315), (.71, .33), (.695, .31)),
    ),
    "en": (
        ((.09, .12), (.135, .30), (.19, .15), (.235, .30), (.30, .10)), ((.335, .29), (.338, .297)),
        ((.45, .10), (.43, .33)), ((.43, .12), (.54, .085)), ((.43, .21), (.51, .19)),
        ((.56, .22), (.535, .25), (.55, .285), (.58, .26), (.59, .22), (.585, .285), (.615, .27)),
        ((.62, .22), (.625, .285), (.645, .235), (.67, .23), (.675, .285), (.70, .275)),
        (
            (.755, .225), (.72, .235), (.72, .275), (.75, .275), (.765, .225), (.765, .34),
            (.735, .38), (.705, .36), (.80, .265), (.90, .18),
        ),
    ),
}  # fmt: skip


def curved(stroke: Stroke, pieces: int = 14) -> list[tuple[float, float]]:
    """A curve through the points of the stroke (Catmull and Rom's)."""
    points = []
    ends = (stroke[0], *stroke, stroke[-1])
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for t in (piece / pieces for piece in range(pieces)):
            points.append(tuple(
                (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2
                 + (3 * q - p - 3 * r + s) * t**3) / 2
                for p, q, r, s in zip(a, b, c, d, strict=True)
            ))  # fmt: skip
    return [*points, stroke[-1]]


def keep(picture: bytes | Image.Image, name: str) -> None:
    image = Image.open(BytesIO(picture)) if isinstance(picture, bytes) else picture
    few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / name, optimize=True)


def side_by_side(pdf: bytes) -> Image.Image:
    """The first page and the last one."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    shown = [document[0], document[len(document) - 1]]
    drawn = [page.render(scale=HEIGHT / page.get_height()).to_pil() for page in shown]
    width = sum(each.width for each in drawn) + 3 * GAP
    whole = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND)
    for left, page in zip((GAP, drawn[0].width + 2 * GAP), drawn, strict=True):
        whole.paste(page, (left, GAP))
    return whole


@pytest.fixture(params=LANGUAGES)
def short(request, liming, wangfang):
    """The language as the names of pictures have it."""
    type(liming).objects.update(language=LANGUAGES[request.param])
    for person in (liming, wangfang):
        person.refresh_from_db()
    return request.param


@pytest.fixture
def asked(transactional_db, short, chenjing):
    """Version 2 of the general standards, asked of somebody."""
    version = baseline.publish(baseline.second_version(SLUG))

    def ask(person, *, left_blank: Iterable[str] = (), **changes):
        at = timezone.now()
        due_on = (at + timedelta(days=14)).date()
        pledge = answers.assign(version, person=person, actor=chenjing, at=at, due_on=due_on)
        typed = {**FILLED[SLUG], **changes, **dict.fromkeys(left_blank, "")}
        answers.save(pledge, actor=person, at=at, typed=typed, revision=0)
        pledge.refresh_from_db()
        return pledge

    return ask


def test_filling_in(window, asked, liming, short):
    pledge = asked(liming, left_blank=STILL_BLANK, **UNUSUAL)
    page = window(liming, language=LANGUAGES[short]).tab(reverse("pledge", args=[pledge.pk]))
    Draft(page).blank(STILL_BLANK[0]).focus()
    page.evaluate("() => document.activeElement.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(300)
    keep(page.screenshot(), f"fill.{short}.png")


def test_signing(window, asked, wangfang, passkey, short):
    passkey(wangfang, at=timezone.now())
    intent = preparing.prepare(asked(wangfang), actor=wangfang, at=timezone.now())
    page = window(wangfang, language=LANGUAGES[short]).tab(sign_path(intent))
    page.wait_for_function("() => document.querySelector('[data-pages] img').naturalWidth")
    Signing(page).draw(map(curved, WANGFANG[short]))
    page.locator("[name=consent]").check()
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    keep(page.screenshot(), f"sign.{short}.png")


def test_from_the_review_to_the_verdict(window, asked, liming, chenjing, settings, site, short):
    pledge = asked(liming, **UNUSUAL)
    settings.PUBLIC_URL = "https://pledges.example.com"  # what the paper says
    intent = preparing.prepare(pledge, actor=liming, at=timezone.now())
    settings.PUBLIC_URL = site.address
    signing = Signing(window(liming, language=LANGUAGES[short]).tab(sign_path(intent)))
    signing.draw(map(curved, LIMING))
    signing.sign()

    office = window(chenjing, language=LANGUAGES[short]).tab(
        reverse("admin:pledges_pledge_change", args=[pledge.pk])
    )
    keep(office.screenshot(), f"review.{short}.png")
    office.goto(reverse("admin:pledges_pledge_accept", args=[pledge.pk]))
    office.locator("form .btn-primary").click()
    office.wait_for_url(re.compile(r"/admin/pledges/pledge/(\?.*)?$"))

    pledge.refresh_from_db()
    file = pledge.documents.latest("revision")
    pdf = issued_files.read(file)
    keep(side_by_side(pdf), f"pdf.{short}.png")
    public = window(language=LANGUAGES[short]).tab(reverse("verify_file"))
    upload = {"name": file.file_name().full, "mimeType": "application/pdf", "buffer": pdf}
    public.locator("#file").set_input_files(upload)
    public.locator("[data-drop] .btn-primary").click()
    public.locator(".check-line").first.wait_for()
    public.evaluate("() => scrollTo(0, 0)")
    keep(public.screenshot(), f"verify.{short}.png")


def test_every_picture_was_made():
    """Each README shows the same ones, in its language."""
    for readme, short in (("README.md", "en"), ("README.zh.md", "zh")):
        shown = re.findall(r"docs/images/(\w+)\.(\w+)\.png", (ROOT / readme).read_text("utf-8"))
        assert sorted(shown) == sorted((name, short) for name in PICTURES)
