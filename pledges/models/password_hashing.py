"""How passwords are hashed: slow for whoever guesses, without filling the server's memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the figures of OWASP's cheat sheet on password storage (19 MiB, two passes).

    Django's take 100 MiB for each password that anybody tries: as many strangers at once as there
    are threads, and the service is killed for its memory.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
