"""Forms about lists of people: the upload, and what its columns say."""

from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.core.characters import made_visible
from pledges.core.rosters.columns import Field
from pledges.core.rosters.people import Reach
from pledges.core.rosters.tables import letters
from pledges.models import Department, Roster
from pledges.wording import rosters as words

MAX_PASTED: Final = 120_000
"""Characters: about 2,000 rows. A request without a file may have half a megabyte."""
_LINES: Final = 6


class UploadForm(forms.Form):
    """A file or pasted cells, and what the list is a list of."""

    file = forms.FileField(
        label=_("File (XLSX or CSV)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt"}),
        help_text=_("At most 50,000 rows and 15 MB. The file is deleted after 30 days."),
    )
    pasted = forms.CharField(
        label=_("Or paste cells, with their headings"),
        required=False,
        max_length=MAX_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": _LINES, "maxlength": MAX_PASTED}),
        help_text=_("Up to about 2,000 rows. Longer lists are uploaded as a file."),
    )
    reach = forms.ChoiceField(
        label=_("What is this a list of?"),
        choices=Roster.Reached.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "People who belong to this and are missing from the list count as having left. With "
            "additions and changes only, nobody does."
        ),
    )
    departments = forms.ModelMultipleChoiceField(
        label=_("Which departments, with all below them"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": _LINES}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ModelMultipleChoiceField, self.fields["departments"])
        choice.queryset = Department.objects.all()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        named = typed.get("reach") == Reach.DEPARTMENTS
        if named and not typed.get("departments") and "departments" not in self.errors:
            self.add_error("departments", _("Please choose at least one department."))
        if not named:
            typed["departments"] = []
        if not typed.get("file") and not (typed.get("pasted") or "").strip():
            self.add_error("file", _("Please choose a file, or paste cells."))
        return typed


class ColumnsForm(forms.Form):
    """For each column what it says; a field can be chosen once."""

    heads_row = forms.IntegerField(label=_("Row with the headings"), min_value=1)

    def __init__(self, roster: Roster, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heads_row"].initial = roster.heads_row
        choices = [("", _("not used")), *words.FIELDS.items()]
        for column, head in enumerate(roster.heads):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=f"{letters(column)} · {made_visible(head) or '—'}",
                choices=choices,
                required=False,
                initial=roster.mapping.get(str(column), ""),
            )

    def columns(self) -> list[Any]:
        """The fields of columns, for the page."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for name in self.fields:
            field = typed.get(name)
            if name.startswith("column_") and field:
                if field in seen:
                    self.add_error(name, _("Another column is chosen for this already."))
                seen.add(field)
        return typed

    def mapping(self) -> dict[int, Field]:
        """By column, what was chosen."""
        return {
            int(name.removeprefix("column_")): Field(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("column_") and value
        }
