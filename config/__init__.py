"""Configuration of the project: settings, addresses, database, WSGI entry."""
