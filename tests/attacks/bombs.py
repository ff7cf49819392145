"""Small files that once took minutes or gigabytes to judge."""


def backtracking_index() -> bytes:
    """300 bytes whose table's `/Index` was tried in every possible division."""
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    index = b"/Index [" + b"11 " * 60 + b"x ]"
    table = b"1 0 obj\n<</Type /XRef /W [1 2 1] /Size 2 " + index + b">>\nstream\n"
    return head + table + b"endstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
