"""Signatures, seals and verdicts on what is to be issued, made where the signing keys are."""
