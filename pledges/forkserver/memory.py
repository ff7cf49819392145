"""Bytes that go from process to process as a descriptor of memory, whoever passes it on."""

import os
from collections.abc import Sequence


def hold(pieces: Sequence[bytes], name: str = "request") -> int:
    """A descriptor of memory that holds `pieces`, one after the other."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    with open(descriptor, "wb", closefd=False) as file:
        file.writelines(pieces)
    return descriptor


def read(descriptor: int) -> bytes:
    """What it holds, however often it is read. Of a pipe or a socket, which has no size, nothing:
    nobody waits for those."""
    size = os.fstat(descriptor).st_size
    data = bytearray()
    while len(data) < size and (piece := os.pread(descriptor, size - len(data), len(data))):
        data += piece
    return bytes(data)
