"""Files in a bucket that speaks S3, with the manners of files on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from digitsite.storage.files import Unreachable

if TYPE_CHECKING:
    from django.core.files import File

MISSING = ("404", "NoSuchKey")

# No visitor hangs on a bucket. What it did not answer is asked again, twice; S3's requests
# may be sent again, all of them.
CLIENT = Config(
    signature_version="s3v4",
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    s3={"addressing_style": "path"},
    # Checksums that not every store knows; artifacts have hashes of their own.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@contextmanager
def failing_as_files_do(name: str) -> Iterator[None]:
    """Raises what a disk would: `FileNotFoundError` for what is missing, else `Unreachable`.

    Whoever reads or writes files here knows these, and no client of S3.
    """
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(f"{name} is not in the bucket.") from error
        raise Unreachable(f"{name}: {error}") from error
    except (Boto3Error, BotoCoreError) as error:
        raise Unreachable(f"{name}: {error}") from error


class BucketStorage(S3Storage):  # type: ignore[misc]
    """Django-storages' S3, whose files are read in one request and fail as files do.

    A file is there whole or not at all: S3 gives it its name once its last byte has arrived.
    """

    def get_default_settings(self) -> dict[str, Any]:
        """The library's, less what it takes from settings that this site has none of."""
        own = {
            "default_acl": None,
            "file_overwrite": False,
            "client_config": CLIENT,
            # Bytes: of a name that ends in .br the library would tell clients to unpack it.
            "object_parameters": {"ContentType": "application/octet-stream"},
            "public_endpoint": "",
        }
        return {**super().get_default_settings(), **own}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        # As one answer: the library's own file asks for its facts first, and for its content
        # when somebody reads, where no storage is expected to fail any more.
        with failing_as_files_do(name):
            answer = self.bucket.Object(self._normalize_name(name)).get()
            return ContentFile(answer["Body"].read(), name=name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with failing_as_files_do(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Deletes a file; one that is not there is no error, nor is a folder."""
        with failing_as_files_do(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with failing_as_files_do(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder; none of both where there is nothing below it."""
        with failing_as_files_do(path):
            folders, files = super().listdir(path)
        return list(folders), list(files)

    def size(self, name: str) -> int:
        with failing_as_files_do(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with failing_as_files_do(name):
            moment: datetime = super().get_modified_time(name)
        return moment

    def signed_address(self, name: str, *, seconds: int) -> str | None:
        """The address at which the bucket itself hands out a file, to whoever has it, for so long.

        None where the bucket has no address that is reached from outside.
        """
        if not self.public_endpoint:
            return None
        # The host is part of what is signed, so it is signed as it is asked for.
        client = self._create_session().client(
            "s3",
            endpoint_url=self.public_endpoint,
            region_name=self.region_name,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=self.client_config,
        )
        asked_for = {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}
        return str(client.generate_presigned_url("get_object", asked_for, ExpiresIn=seconds))
