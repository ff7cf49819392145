"""Keys and certificates: made, kept, loaded, and what is trusted."""
