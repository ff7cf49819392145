"""The file that proves itself, made and judged: no Django, no rendering, no storage."""
