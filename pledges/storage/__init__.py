"""Files that the installation keeps: documents by their SHA-256, and published checkpoints."""
