"""A document's pages as images, for whoever may read the document itself."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import Http404, HttpResponse

from pledges.core import refusals
from pledges.rendering import page_images


@dataclass(frozen=True)
class ShownPage:
    """One page of a document: where its image is, and its size in pixels."""

    number: int
    address: str
    width: int
    height: int


def pages_of(pdf: bytes, sha256: str, address: Callable[[int], str]) -> tuple[ShownPage, ...]:
    """The pages of `pdf`; none where nobody can draw them just now: then its text is shown."""
    try:
        sizes = page_images.sizes(pdf, sha256)
    except refusals.Unmade:
        return ()
    return tuple(ShownPage(at, address(at), *size) for at, size in enumerate(sizes, start=1))


def image_response(sha256: str, number: int, read: Callable[[], bytes]) -> HttpResponse:
    """That page as an answer: 404 where there is none, 503 where it is not drawn just now.

    Whoever asks here has settled that the document may be read.
    """
    try:
        return HttpResponse(page_images.draw(sha256, number, read), content_type="image/png")
    except page_images.NoSuchPage as missing:
        raise Http404 from missing
    except refusals.Unmade as refusal:
        status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(refusal.retry_after)}
        return HttpResponse(status=status, headers=headers)
