"""Forms about papers: one scan, a ZIP with its list, and why a paper is turned down."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges import wording
from pledges.actions.papers import filing, lists, matching
from pledges.admin import words
from pledges.core.characters import as_typed_number
from pledges.core.lifecycle import VersionState
from pledges.core.paper_lists import Column, RowFault, file_key
from pledges.core.paper_refusals import NobodyOfThatNumber, PaperDayWrong
from pledges.core.papers import MAX_NOTE, MAX_REASON
from pledges.core.refusal import Refusal
from pledges.core.scans import MAX_FILE, MEGABYTE
from pledges.models import PaperPledge, TemplateVersion
from pledges.wording import papers as paper_words

SCAN_KINDS = ".pdf,.jpg,.jpeg,.png,.tif,.tiff"
LIST_KINDS = ".xlsx,.csv"


def versions() -> QuerySet[TemplateVersion]:
    """What a paper may have been signed on: all that was ever published."""
    known = TemplateVersion.objects.exclude(status=VersionState.DRAFT)
    return known.select_related("template").order_by("template__slug", "-number")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FactsForm(forms.Form):
    """What HR says of one scan."""

    number = forms.CharField(label=_("Employee number"), max_length=32)
    version = forms.ModelChoiceField(
        label=_("Version"),
        queryset=TemplateVersion.objects.none(),
        empty_label=_("Please choose what the paper says"),
    )
    signed_on = forms.DateField(label=_("Date of signature"), widget=DayInput())
    ends_on = forms.DateField(
        label=_("Last day of its term"),
        required=False,
        widget=DayInput(),
        help_text=_("Leave empty if the paper names none."),
    )
    note = forms.CharField(
        label=pgettext_lazy("on a paper", "Note"),
        required=False,
        max_length=MAX_NOTE,
        help_text=_("For example where the original is kept. Compliance reads it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["version"]
        chosen.queryset = versions()

    def clean_number(self) -> str:
        number = as_typed_number(self.cleaned_data["number"])
        self.person = matching.person_of({Column.NUMBER: number})
        if self.person is None:
            full = matching.full_number(number)
            lost = paper_words.row_fault(RowFault.ZEROS_LOST, full)
            raise forms.ValidationError(lost if full else wording.refusal(NobodyOfThatNumber()))
        return number

    def facts(self, file_name: str = "") -> filing.Facts:
        """What was typed, once it is valid."""
        typed = self.cleaned_data
        if self.person is None:
            raise NobodyOfThatNumber
        return filing.Facts(
            person=self.person,
            version=typed["version"],
            signed_on=typed["signed_on"],
            ends_on=typed["ends_on"],
            note=typed["note"],
            file_name=file_name,
        )

    def refuse(self, error: Refusal) -> None:
        """Say why nothing was done, at the field that it is about."""
        self.add_error(_field_of(error, "version"), words.refusal(error))


class PaperForm(FactsForm):
    """One scan, and what HR says of it."""

    file = forms.FileField(
        label=_("Scan"),
        widget=forms.FileInput(attrs={"accept": SCAN_KINDS}),
        help_text=_("PDF, JPEG, PNG or TIFF, at most 20 MB and 40 pages. 300 dpi is enough."),
        error_messages={
            "required": _("Please choose the scan. It must be no larger than 20 MB."),
            "empty": _("The file is empty."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            words = _("The file is too large: at most %(limit)s MB.")
            raise forms.ValidationError(words % {"limit": MAX_FILE // MEGABYTE})
        return file

    def refuse(self, error: Refusal) -> None:
        self.add_error(_field_of(error, "file"), words.refusal(error))


def _field_of(error: Refusal, otherwise: str) -> str:
    if isinstance(error, PaperDayWrong):
        return "ends_on" if error.why == RowFault.ENDS_BEFORE else "signed_on"
    return "number" if isinstance(error, NobodyOfThatNumber) else otherwise


def said_of(paper: PaperPledge) -> dict[str, Any]:
    """What the form begins with for a paper that was uploaded."""
    facts = {name: getattr(paper, name) for name in ("version", "signed_on", "ends_on", "note")}
    return {"number": paper.person.employee_number, **facts}


class ListForm(forms.Form):
    """A list, and the ZIP with the scans that it names."""

    table = forms.FileField(
        label=_("List"),
        widget=forms.FileInput(attrs={"accept": LIST_KINDS}),
        help_text=_("XLSX or CSV, a row for each paper, at most 1,000 rows."),
        error_messages={"required": _("Please choose the list."), "empty": _("The file is empty.")},
    )
    archive = forms.FileField(
        label=_("ZIP with the scans"),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=_("At most 200 MB; each file in it as for a single scan."),
        error_messages={
            "required": _("Please choose the ZIP. It must be no larger than 200 MB."),
            "empty": _("The file is empty."),
        },
    )

    def clean_table(self) -> Any:
        file = self.cleaned_data["table"]
        if file.size > lists.MAX_TABLE:
            raise forms.ValidationError(_("The list is too large."))
        if file_key(file.name).endswith(".zip"):
            raise forms.ValidationError(_("This is a ZIP. Please choose the list here."))
        return file


class ReasonForm(forms.Form):
    """Why a paper is rejected or withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("HR and the person whose paper it is can read it."),
    )
