"""Employee numbers that a certificate can carry."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pledges", "0009_erasure")]
    operations = [
        migrations.AlterField(
            model_name="person",
            name="employee_number",
            field=models.CharField(
                help_text="It is included in the certificate of each signature.",
                max_length=32,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z0-9 '()+,\\-./:=?]+\\Z",
                        "Letters from A to Z, digits, spaces and '()+,-./:=? only.",
                    )
                ],
                verbose_name="employee number",
            ),
        ),
    ]
