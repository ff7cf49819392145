"""A PDF as an answer: shown by the browser's own reader, in no frame; or why there is none."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.core.file_names import FileName

# A browser shows a PDF through a page of its own making, which needs a plugin and styles; nothing
# in a PDF is HTML, so this allows nothing of ours.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def pdf_response(
    data: bytes, *, name: FileName, sha256: str = "", download: bool = False
) -> HttpResponse:
    """`data` as the file `name`, tagged with its hash; shown, or with `download` kept."""
    headers = {
        "Content-Disposition": name.disposition("attachment" if download else "inline"),
        "Content-Security-Policy": POLICY,
    }
    if sha256:
        headers["ETag"] = f'"{sha256}"'
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The page that says that a stored file cannot be given out just now."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return render(request, "document_unavailable.html", status=status)
