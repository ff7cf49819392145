"""Of a signing task: why a launch wrote nothing, and which file counted when it was closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0027_withdrawing"),
    ]

    operations = [
        migrations.AddField(
            model_name="signingtask",
            name="launch_fault",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="taskmember",
            name="document_at_close",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
