"""The only writers of state: one use case, one function."""
