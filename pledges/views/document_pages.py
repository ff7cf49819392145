"""The image of a document's page as an answer, for whoever may read the document itself."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import Http404, HttpResponse

from pledges.core import refusals
from pledges.rendering import page_images


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
