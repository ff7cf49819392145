"""Names that look like what they are: of people, departments and the organisation."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from pledges import wording
from pledges.core.characters import unfit_in_name


def validate_name(text: str) -> None:
    """Refuse a text in which a character stands that no name may hold, and say which."""
    if (character := unfit_in_name(text)) is not None:
        raise ValidationError(wording.unfit_character(character), code="unfit")


class PlainNames(models.Model):
    """Looks at `NAMES` whenever a row is validated.

    Not as validators of the fields: those stand in migrations, and what a name may hold changes
    with the fonts and not with the tables.
    """

    NAMES: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def unfit_names(self) -> dict[str, str]:
        """By field, the first character that may not stand there."""
        found = {name: unfit_in_name(getattr(self, name)) for name in self.NAMES}
        return {name: character for name, character in found.items() if character is not None}

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for name, character in self.unfit_names().items():
            if name not in (exclude or ()) and name not in errors:
                errors[name] = [wording.unfit_character(character)]
        if errors:
            raise ValidationError(errors)
