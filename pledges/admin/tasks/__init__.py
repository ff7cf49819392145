"""Signing tasks in the admin: making, preview, progress, lists of members."""
