#!/usr/bin/env python
"""The command line of the project: `python manage.py help` lists what it can do."""

import os
import sys

# Commands that only read the source, and one that starts the database itself when it is due.
WITHOUT_DATABASE = frozenset(
    {"help", "version", "collectstatic", "compilemessages", "diffsettings", "findstatic"}
    | {"makemessages", "serve", "startapp", "startproject"}
)
ASKS_FOR_HELP = frozenset({"-h", "--help", "--version"})


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if needs_database(arguments):
        from django.conf import settings

        from config.database import ensure_running
        from config.embedded import DatabaseUnavailable

        try:
            ensure_running(settings.VAR_DIR)
        except DatabaseUnavailable as error:
            sys.exit(str(error))
    execute_from_command_line(arguments)


def needs_database(arguments: list[str]) -> bool:
    if len(arguments) < 2 or ASKS_FOR_HELP.intersection(arguments):
        return False
    return arguments[1] not in WITHOUT_DATABASE


if __name__ == "__main__":
    main(sys.argv)
