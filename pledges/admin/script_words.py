"""The words of Django's scripts in the admin, those that we say otherwise in ours."""

from typing import Any

from django.utils.translation import gettext as _
from django.views.i18n import JavaScriptCatalog


class ScriptWords(JavaScriptCatalog):
    """Django's own, with how many rows of a list are chosen as the page says it before."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, Any]:
        chosen = "%(sel)s of %(cnt)s selected"
        return {**super().get_catalog(), chosen: _("%(sel)s of %(cnt)s selected")}
