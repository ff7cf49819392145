"""Commands of this project for `manage.py`."""
