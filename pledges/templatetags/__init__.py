"""Template filters of the project."""
