"""Pages: they read, call one action, and answer."""
