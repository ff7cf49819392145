"""Strangers' files judged in processes of their own, under limits."""
