"""A store that speaks S3, as a process: moto's server, with an empty bucket in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import requests

from tests.support.servers import free_port
from tests.support.site import wait_for

KEY, SECRET = "site", "only-for-tests"


@dataclass(frozen=True)
class Bucket:
    """One bucket, empty at first, of the store at `address`."""

    address: str
    name: str

    def environment(self, address: str = "") -> dict[str, str]:
        """The settings of a site that keeps its files here, by way of another address."""
        return {
            "S3_BUCKET": self.name,
            "S3_ENDPOINT": address or self.address,
            "S3_ACCESS_KEY": KEY,
            "S3_SECRET_KEY": SECRET,
        }

    def storages(self, address: str = "", *, public: bool = False) -> dict[str, dict[str, Any]]:
        """The same as entries of `STORAGES`; `public` says that programs reach the store, too."""
        options = {
            "bucket_name": self.name,
            "endpoint_url": address or self.address,
            "access_key": KEY,
            "secret_key": SECRET,
            "region_name": "us-east-1",
            "public_endpoint": self.address if public else "",
        }
        backend = "digitsite.storage.bucket.BucketStorage"
        return {
            name: {"BACKEND": backend, "OPTIONS": {**options, "location": folder}}
            for name, folder in (("default", "media"), ("artifacts", "artifacts"))
        }

    def names(self) -> set[str]:
        """The names of all that is in it."""
        return {entry.key for entry in _client(self.address).Bucket(self.name).objects.all()}


def _client(address: str) -> Any:
    return boto3.resource(
        "s3",
        endpoint_url=address,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )


@contextmanager
def store() -> Iterator[str]:
    """The address of a store of its own, without buckets."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(address), seconds=60, why="the store answers")
        yield address
    finally:
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/moto-api/", timeout=2).ok
    except requests.RequestException:
        return False


def made(address: str, name: str) -> Bucket:
    """An empty bucket in the store at this address."""
    _client(address).create_bucket(Bucket=name)
    return Bucket(address, name)
