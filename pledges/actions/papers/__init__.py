"""Paper pledges: filed by HR from scans, confirmed by compliance, and kept as a weaker class."""
