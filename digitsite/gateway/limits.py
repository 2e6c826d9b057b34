"""What one process gives to all requests together, and to each."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes."""

    body_bytes: int
    # Beyond its first KiBs a body counts against what all may hold together. Drawings stay
    # below, so that whoever fills the memory with pictures keeps nobody from drawing.
    small_body_bytes: int = 64 * KIB
    large_bodies_bytes: int = 64 * MIB
    # A body has the first seconds for free, and then one more for every so many bytes.
    body_seconds: float = 10.0
    body_bytes_per_second: int = 32 * KIB
    threads: int = 4
    # Some times what a drawing takes, also on a busy machine. A larger body is a picture, which
    # takes so long that no drawing is to wait for it: it counts as late from the beginning.
    late_seconds: float = 0.02
    queue: int = 256
    queue_seconds: float = 10.0
    # How long a client may take over each part of an answer.
    part_bytes: int = 64 * KIB
    part_seconds: float = 20.0
