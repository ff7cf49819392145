"""A PDF as an answer: shown by the browser's own reader, framed by our pages alone."""

from django.http import HttpResponse

from pledges.core.file_names import FileName

# A browser shows a PDF through a page of its own making, which needs a plugin and styles; nothing
# in a PDF is HTML, so this allows nothing of ours. Only our own pages may put it in a frame.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def pdf_response(
    data: bytes, *, name: FileName, sha256: str, download: bool = False
) -> HttpResponse:
    """`data` as the file `name`, tagged with its hash; shown, or with `download` kept."""
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": name.disposition("attachment" if download else "inline"),
            "Content-Security-Policy": POLICY,
            "ETag": f'"{sha256}"',
            "X-Frame-Options": "SAMEORIGIN",
        },
    )
