"""From a hash chain to a hash tree: subtrees kept with the entries, checkpoints, openings.

The chain is checked a last time while the tree is grown from it: a ledger that is already broken
is not carried over as if it were whole.
"""

import hashlib

import django.db.models.deletion
from django.db import migrations, models

from pledges.proof.ledger.merkle import Growing, leaf_hash

CHUNK = 2000
WRITTEN_ONCE = """
CREATE TRIGGER written_once BEFORE UPDATE{delete} ON {table}
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER written_once;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_truncate;
"""
# An opening may be deleted, when the person it tells of is erased; it may never say another thing.
GUARDS = WRITTEN_ONCE.format(
    table="pledges_ledgercheckpoint", delete=" OR DELETE"
) + WRITTEN_ONCE.format(table="pledges_ledgeropening", delete="")
UNGUARD = "".join(
    f"DROP TRIGGER no_truncate ON {table}; DROP TRIGGER written_once ON {table};"
    for table in ("pledges_ledgercheckpoint", "pledges_ledgeropening")
)


class Unguarded:
    """The ledger's rows are never changed; filling a new column is the one exception."""

    def __init__(self, schema_editor):
        self.schema_editor = schema_editor

    def __enter__(self):
        self._alter("DISABLE")

    def __exit__(self, *failure):
        if failure[0] is None:
            self._alter("ENABLE ALWAYS")

    def _alter(self, how):
        self.schema_editor.execute(f"ALTER TABLE pledges_ledgerentry {how} TRIGGER written_once")


def grow_tree(apps, schema_editor):
    entries = apps.get_model("pledges", "LedgerEntry").objects
    tree, chain = Growing(), "0" * 64
    with Unguarded(schema_editor):
        for rows in _chunks(entries):
            for row in rows:
                hashed = leaf_hash(row.leaf.encode())
                chain = _link(chain, hashed)
                row.subtrees = b"".join(tree.append(hashed)).hex()
                if (tree.size, chain) != (row.sequence, row.chain_hash):
                    raise RuntimeError(
                        f"The ledger's chain breaks at entry {row.sequence}: run verify_ledger of "
                        "the version installed before, and find out why. Nothing was migrated."
                    )
            entries.bulk_update([row for row in rows if row.subtrees], ["subtrees"])


def forge_chain(apps, schema_editor):
    entries = apps.get_model("pledges", "LedgerEntry").objects
    chain = "0" * 64
    with Unguarded(schema_editor):
        for rows in _chunks(entries):
            for row in rows:
                row.chain_hash = chain = _link(chain, bytes.fromhex(row.leaf_hash))
            entries.bulk_update(rows, ["chain_hash"])


def _link(chain, hashed):
    return hashlib.sha256(bytes.fromhex(chain) + hashed).hexdigest()


def _chunks(entries):
    last = 0
    while rows := list(entries.filter(sequence__gt=last).order_by("sequence")[:CHUNK]):
        yield rows
        last = rows[-1].sequence


class Migration(migrations.Migration):
    dependencies = [("pledges", "0004_cache_table")]
    operations = [
        migrations.AddField(
            "LedgerEntry",
            "subtrees",
            models.TextField(verbose_name="hashes of subtrees", blank=True, default=""),
            preserve_default=False,
        ),
        # On the way back the column appears empty, is filled, and only then holds what it must.
        migrations.AlterField(
            "LedgerEntry", "chain_hash", models.CharField(max_length=64, unique=True, null=True)
        ),
        migrations.RunPython(grow_tree, forge_chain),
        migrations.RemoveField("LedgerEntry", "chain_hash"),
        migrations.CreateModel(
            "LedgerCheckpoint",
            fields=[
                (
                    "size",
                    models.BigIntegerField(
                        verbose_name="entries", primary_key=True, serialize=False
                    ),
                ),
                ("root", models.CharField(verbose_name="root of the tree", max_length=64)),
                ("note", models.TextField(verbose_name="signed checkpoint")),
                ("at", models.DateTimeField(verbose_name="time")),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
                "ordering": ("size",),
            },
        ),
        migrations.CreateModel(
            "LedgerOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("salt", models.CharField(max_length=64)),
                ("value", models.TextField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="pledges.ledgerentry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["entry", "name"], name="ledger_one_opening_each"
                    )
                ]
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
