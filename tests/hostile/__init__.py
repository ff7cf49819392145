"""Hostile requests to every address of the site, as everybody: seeded, bounded, and no 500."""
