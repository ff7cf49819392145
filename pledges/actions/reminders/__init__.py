"""Notices of signing tasks: when whom is told what, exactly once, and the calendar they go by."""
