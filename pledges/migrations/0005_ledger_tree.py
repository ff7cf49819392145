"""From a hash chain to a hash tree: subtrees kept with the entries, checkpoints, openings.

The chain is checked a last time while the tree is grown from it: a ledger that is already broken
is not carried over as if it were whole.
"""

import hashlib

import django.db.models.deletion
from django.db import migrations, models

from pledges.migrations import guards

CHUNK = 2000


class Tree:
    """The hash tree of RFC 9162, section 2.1, of which each level keeps its newest hash."""

    def __init__(self):
        self.size, self.newest = 0, []

    def append(self, leaf):
        """Gives the hashes of the subtrees that this leaf completes, from the smallest upwards."""
        self.size += 1
        hashes = [leaf]
        while self.size % (1 << len(hashes)) == 0:
            left = self.newest[len(hashes) - 1]
            hashes.append(hashlib.sha256(b"\x01" + left + hashes[-1]).digest())
        self.newest[: len(hashes)] = hashes
        return hashes[1:]


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
    tree, chain = Tree(), "0" * 64
    with Unguarded(schema_editor):
        for rows in _chunks(entries):
            for row in rows:
                hashed = hashlib.sha256(b"\x00" + row.leaf.encode()).digest()
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
        guards.upgrade(1, 2),
    ]
