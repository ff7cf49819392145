"""An S3-compatible store for documents: django-storages, with limits of time and range reads."""

from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

NOT_FOUND = 404
# A store that stays silent holds a thread for a minute at most, and a short trouble is waited out.
CONNECT_TIMEOUT, READ_TIMEOUT, MAX_ATTEMPTS = 5, 10, 5  # seconds, seconds, requests


class S3DocumentStorage(S3Storage):  # type: ignore[misc]  # it brings no types
    """As django-storages has it; of a beginning that is asked for, no more is fetched."""

    def get_default_settings(self) -> dict[str, Any]:
        client = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "standard", "max_attempts": MAX_ATTEMPTS},
            # We read back and hash what was written; not every store knows Amazon's own sums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return {**super().get_default_settings(), "client_config": client}

    def read_beginning(self, name: str, size: int) -> bytes:
        """The first `size` bytes of a file, or all of it where it is shorter."""
        place = {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}
        try:
            found = self.connection.meta.client.get_object(**place, Range=f"bytes=0-{size - 1}")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise
        data: bytes = found["Body"].read()
        return data[:size]
