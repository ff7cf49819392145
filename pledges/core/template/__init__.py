"""The pledge language: text to clauses and blanks, answers to values, the template file."""
