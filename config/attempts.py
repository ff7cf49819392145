"""Settings of how often somebody may try a password or a code, or ask for a new password."""

import os

# Wrong passwords and codes. What locks is one account from one network, within so many minutes.
ATTEMPTS_MINUTES = int(os.environ.get("ATTEMPTS_MINUTES", "15"))
ATTEMPTS_PER_ACCOUNT_AND_NETWORK = int(os.environ.get("ATTEMPTS_PER_ACCOUNT_AND_NETWORK", "10"))
ATTEMPTS_PER_NETWORK = int(os.environ.get("ATTEMPTS_PER_NETWORK", "100"))
# An account from all networks, in a day; beyond that one attempt in so many seconds.
ATTEMPTS_PER_ACCOUNT = int(os.environ.get("ATTEMPTS_PER_ACCOUNT", "30"))
ATTEMPTS_PACE = int(os.environ.get("ATTEMPTS_PACE", "30"))

# Mails that let somebody set a new password, in an hour.
RESETS_PER_ACCOUNT_AND_NETWORK = int(os.environ.get("RESETS_PER_ACCOUNT_AND_NETWORK", "3"))
RESETS_PER_NETWORK = int(os.environ.get("RESETS_PER_NETWORK", "30"))
RESETS_PER_ACCOUNT = int(os.environ.get("RESETS_PER_ACCOUNT", "5"))
