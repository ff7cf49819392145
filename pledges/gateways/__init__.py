"""One module for each outside library: bytes and values go in, bytes and values come out."""
