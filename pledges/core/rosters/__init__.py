"""Rosters: a list of people as a table, read, and compared with the people who are known."""
