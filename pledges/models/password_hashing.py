"""How passwords are hashed: slow for whoever guesses, without filling the server's memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with figures of OWASP's cheat sheet on password storage (46 MiB, one pass).

    Django's take 100 MiB for each password that anybody tries: as many strangers at once as there
    are threads, and the service is killed for its memory. The sheet holds 19 MiB and two passes to
    be as good; but what is smaller than 32 MiB the C library keeps for the next time, in each
    thread (`M_MMAP_THRESHOLD` in mallopt(3)), and gives back what is larger.
    """

    time_cost = 1
    memory_cost = 46 * 1024  # KiB
    parallelism = 1
