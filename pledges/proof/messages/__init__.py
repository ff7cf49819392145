"""The words of a verdict, in both languages and without Django."""
