"""What proves that the ledger was not rewritten: its hash tree, its checkpoints, its key."""
