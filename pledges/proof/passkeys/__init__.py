"""Passkeys for signing: the bytes of WebAuthn, the ceremony, and signed statements about them."""
