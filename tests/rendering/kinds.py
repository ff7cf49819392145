"""Files of every kind that the product makes: each built-in pledge, in both languages."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import samples
from pledges import rendering
from pledges.core.sheet import Sheet
from pledges.proof.signatures import pades
from pledges.rendering import SignatureImage, fonts
from pledges.rendering.fonts import FontSubset
from tests.sealed import ACCEPTED, SIGNED, Authority, Installation

PLEDGES = [(slug, language) for slug in samples.SLUGS for language in samples.LANGUAGES]
KINDS = ("rendered", "signed", "finished", "B-LT signed", "B-LTA finished", "renewed")
STROKES = (
    ((0.2, 0.1, 1.0), (0.3, 0.12, 0.45), (0.5, 0.1, 1.4)),
    ((0.4, 0.02), (0.4, 0.25)),
    ((0.6, 0.1, 1.2),),
)
"""One whose pen changes its width, one without, and a dot."""
RENEWED = ACCEPTED + timedelta(days=400)


_FOLDER = TemporaryDirectory(prefix="kinds-")


@cache
def _installations() -> tuple[Installation, Installation]:
    folder = Path(_FOLDER.name)
    return Installation(folder / "basic"), Installation(folder / "lta", authority=Authority())


@cache
def made(slug: str, language: str) -> dict[str, bytes]:
    """One pledge's file by kind; in English the name is typed instead of drawn."""
    sheet = samples.sheet(slug, language)
    words = samples.version_text(slug, language) + rendering.paper_text(language)
    faces = fonts.subset_for(words)
    rendered = rendering.render_pledge(sheet, faces)
    mark, stamp = _mark(sheet, faces), _stamp(sheet, faces)
    basic, stamped = _installations()
    signed = basic.sign(rendered, appearance=mark)
    long_term = stamped.sign(rendered, appearance=mark)
    archival = stamped.accept(long_term, appearance=stamp)
    return {
        "rendered": rendered,
        "signed": signed,
        "finished": basic.accept(signed, appearance=stamp),
        "B-LT signed": long_term,
        "B-LTA finished": archival,
        "renewed": pades.renew_timestamp(archival, at=RENEWED, timestamping=stamped.stamp(RENEWED)),
    }


def _mark(sheet: Sheet, faces: FontSubset) -> bytes:
    drawn = (
        SignatureImage(typed="Li Ming")
        if sheet.language == "en"
        else SignatureImage(strokes=STROKES)
    )
    return rendering.draw_signature(
        drawn, name="李明", signed_at=SIGNED, language=sheet.language, fonts=faces
    )


def _stamp(sheet: Sheet, faces: FontSubset) -> bytes:
    return rendering.draw_stamp(
        organisation=sheet.organisation,
        number=sheet.number,
        accepted_at=ACCEPTED,
        language=sheet.language,
        fonts=faces,
    )
