"""How each document is authenticated: the organisation's rule, the proof, and each code once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Signatures are written once; filling the new column is the one exception, and ends here.
WHOSE = """
ALTER TABLE pledges_signature DISABLE TRIGGER written_once;
UPDATE pledges_signature SET person_id = pledges_pledge.person_id
    FROM pledges_pledge WHERE pledges_pledge.id = pledges_signature.pledge_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE pledges_signature ENABLE ALWAYS TRIGGER written_once;
"""

PERSON = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}


class Migration(migrations.Migration):
    dependencies = [("pledges", "0005_ledger_tree")]
    operations = [
        migrations.AddField(
            model_name="organisation",
            name="signing",
            field=models.CharField(
                choices=[
                    ("passkey", "With a passkey"),
                    ("passkey-or-code", "With a passkey, or with password and code"),
                ],
                default="passkey-or-code",
                help_text="Only a passkey proves that this person signed, without relying on "
                "anyone's word.",
                max_length=20,
                verbose_name="how documents are signed",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="assertion",
            field=models.JSONField(default=dict, verbose_name="authentication"),
        ),
        migrations.AddField(
            model_name="signature",
            name="totp_step",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="signature",
            name="person",
            field=models.ForeignKey(null=True, **PERSON),
        ),
        migrations.RunSQL(WHOSE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="signature",
            name="person",
            field=models.ForeignKey(**PERSON),
        ),
        migrations.AlterField(
            model_name="signature",
            name="method",
            field=models.CharField(
                choices=[
                    ("passkey", "Passkey, for this document"),
                    ("password-totp", "Password and code, for this document"),
                ],
                max_length=20,
                verbose_name="method",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("person", "totp_step"), name="signature_code_once"
            ),
        ),
    ]
