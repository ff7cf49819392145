"""A way of reading more: a verified printout was made. The table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0022_second_device"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="way",
            field=models.CharField(
                choices=[
                    ("page", "opened the page"),
                    ("file", "opened or downloaded the PDF"),
                    ("printout", "created a verified printout"),
                    ("proof", "downloaded the separate proof"),
                    ("export", "exported the PDF"),
                    ("commitments", "exported the commitments"),
                ],
                max_length=12,
                verbose_name="what was done",
            ),
        ),
    ]
