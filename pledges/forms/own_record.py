"""Forms about one's own record: in which language one is addressed, and what in it is wrong."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pledges.core.characters import unified_line_breaks

MAX_REPORT: Final = 1000
"""Characters."""


class LanguageForm(forms.Form):
    """The language of pages and mails."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, widget=forms.RadioSelect)


class Lines(forms.CharField):
    """A text of several lines; a browser counts a break as one character, and sends two."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return unified_line_breaks(super().to_python(value) or "")


class ReportForm(forms.Form):
    """What is wrong in a record, in its person's own words."""

    said = Lines(
        label=_("What is wrong, and what is correct?"),
        max_length=MAX_REPORT,
        widget=forms.Textarea(attrs={"rows": 5, "class": "prose"}),
    )
