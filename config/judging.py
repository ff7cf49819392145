"""Settings of judging strangers' files: docs/decisions/judging-strangers-files.md says why."""

import os
from pathlib import Path

from config.environment import VAR_DIR

# Where this machine's judging service listens.
JUDGING_SOCKET = Path(os.environ.get("JUDGING_SOCKET") or VAR_DIR / "judging" / "socket").absolute()
# How many files a minute are judged for one network, and for all together on all machines.
VERIFY_PER_MINUTE = int(os.environ.get("VERIFY_PER_MINUTE", "20"))
VERIFY_PER_MINUTE_IN_ALL = int(os.environ.get("VERIFY_PER_MINUTE_IN_ALL", "120"))

# Uploads are held in memory, and larger ones are not taken: but for the ZIPs of those who may file
# papers (views/archive_uploads.py). A larger file that a stranger brings is refused unread.
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
