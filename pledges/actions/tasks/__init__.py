"""Signing tasks: made, launched, joined, extended, excused, cancelled and closed."""
