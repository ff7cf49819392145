"""Whom people ask about their pledges; and the newest reviews, found without reading all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0023_printout"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="pledge_contact",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Shown beside pledges and in emails about them: an office, a telephone "
                "number or an address. Leave empty to show nothing.",
                max_length=120,
                verbose_name="contact for questions about a pledge",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="pledge",
            index=models.Index(fields=["-reviewed_at"], name="pledge_newest_reviews"),
        ),
    ]
