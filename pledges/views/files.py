"""A PDF as an answer: shown by the browser's own reader, in no frame."""

from django.http import HttpResponse

# A browser shows a PDF through a page of its own making, which needs a plugin and styles; nothing
# in a PDF is HTML, so this allows nothing of ours.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def pdf_response(
    data: bytes, *, name: str, sha256: str = "", download: bool = False
) -> HttpResponse:
    """`data` as the file `name` (ASCII), tagged with its hash; shown, or with `download` kept."""
    kept = "attachment" if download else "inline"
    headers = {
        "Content-Disposition": f'{kept}; filename="{name}"',
        "Content-Security-Policy": POLICY,
    }
    if sha256:
        headers["ETag"] = f'"{sha256}"'
    return HttpResponse(data, content_type="application/pdf", headers=headers)
