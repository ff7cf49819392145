"""The other outside libraries, one small module each."""
