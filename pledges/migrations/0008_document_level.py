"""How a file was sealed, and until when its timestamp is good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0007_batches_and_erasure"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="level",
            field=models.CharField(
                blank=True, max_length=10, verbose_name="level of signature and seal"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="stamped_until",
            field=models.DateTimeField(null=True, verbose_name="timestamp valid until"),
        ),
        migrations.AlterField(
            model_name="document",
            name="revision",
            field=models.PositiveSmallIntegerField(verbose_name="revision"),
        ),
    ]
