"""The split of contributors into learned from and held out: a hash of the id, so for good."""

from __future__ import annotations

import hashlib
import uuid

BUCKETS = 100


def bucket(contributor: uuid.UUID) -> int:
    """The contributor's hash bucket, 0 to 99: a function of the id alone."""
    return int.from_bytes(hashlib.sha256(contributor.bytes).digest()[:8]) % BUCKETS


def is_held_out(contributor: uuid.UUID, percent: int) -> bool:
    """Whether the contributor's drawings are held out where `percent` of all contributors are.

    The lowest buckets are: nobody who is held out at one percentage is learned
    from at a higher one.
    """
    return bucket(contributor) < percent
