"""The one large upload, a ZIP of scans: taken from whom may file papers, and kept in no named file.

Every other upload is held in memory, and what is larger is not taken (config/judging.py).
"""

import tempfile
from collections.abc import Callable
from http import HTTPStatus
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.papers import lists

UPLOAD = "admin:pledges_paperbatch_upload"
LARGEST = lists.MAX_ARCHIVE + lists.MAX_TABLE + 1024 * 1024
"""Bytes of a request: both files, and the form around them."""


class NamelessUploadHandler(FileUploadHandler):
    """Writes an upload into a file that has no name: it is gone with whoever has it open."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        # Closed with the request, which closes all its files.
        self._written: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._written.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self._written.seek(0)
        return UploadedFile(
            file=self._written, name=self.file_name, content_type=self.content_type, size=file_size
        )


class ArchiveUploadsMiddleware:
    """Stands behind whatever says who somebody is, and before anybody reads the request's body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.path == reverse(UPLOAD):
            if access.allows(request.user, Act.FILE_PAPER):
                request.upload_handlers = [NamelessUploadHandler(request)]
            if _length(request) > LARGEST:
                return _refused()
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or ""
    plain = announced.isascii() and announced.isdigit() and len(announced) < 20
    return int(announced) if plain else 0


def _refused() -> HttpResponse:
    words = _("The ZIP is too large: at most %(limit)s MB. Please divide it.")
    limit = lists.MAX_ARCHIVE // (1024 * 1024)
    page = render_to_string(
        "refused.html", {"title": _("The file is too large"), "words": words % {"limit": limit}}
    )
    return HttpResponse(page, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
