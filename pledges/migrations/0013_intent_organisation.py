"""An intent keeps the company's name as it stands on its document, whatever it is called later."""

from django.db import migrations, models
from django.db.models import Case, OuterRef, Subquery, Value, When


def as_it_is_called_now(apps, schema_editor):
    """Files of before say the name of then; a company was not renamed meanwhile, as far as known."""
    organisation = apps.get_model("pledges", "Organisation").objects.first()
    if organisation is None:
        return
    chinese, english = (
        Value(organisation.name_zh),
        Value(organisation.name_en or organisation.name_zh),
    )
    language = apps.get_model("pledges", "Pledge").objects.filter(pk=OuterRef("pledge_id"))
    intents = apps.get_model("pledges", "SigningIntent").objects
    intents.annotate(language=Subquery(language.values("language")[:1])).update(
        organisation=Case(When(language__startswith="en", then=english), default=chinese)
    )


class Migration(migrations.Migration):
    dependencies = [("pledges", "0012_request_counts")]
    operations = [
        migrations.AddField(
            "signingintent",
            "organisation",
            models.CharField(max_length=120, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(as_it_is_called_now, migrations.RunPython.noop),
    ]
