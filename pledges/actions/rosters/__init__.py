"""Importing people from a list: upload, plan, mend, confirm, apply."""
