"""What must be in order for the installation to work, as system checks and for `/healthz`."""
