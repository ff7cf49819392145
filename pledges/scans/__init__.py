"""Scans of papers, as somebody uploads them, become images of our own making.

What was uploaded is read in a process of its own under limits (`process`); what is done there is in
`drawing`.
"""
