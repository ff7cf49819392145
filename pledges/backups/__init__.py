"""Backups: everything that the installation keeps as one folder, and an installation out of it."""
