"""PAdES signatures and RFC 3161 timestamps, made with pyHanko and validated over raw bytes."""
