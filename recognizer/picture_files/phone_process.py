"""A program of its own: HEIC or AVIF on standard input -> an uncompressed grey TIFF on output.

The first argument is the most pixels that are decoded. What the libraries below do to a file
that means harm stays in here: so much time, so much memory, and then the process is gone.
It imports nothing of the site, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import io
import resource
import signal
import sys

SECONDS = 3.0  # of a processor
MEMORY = 280_000_000  # bytes


def limit() -> None:
    """A signal that nobody catches ends the process when its time is up."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def grey_tiff(data: bytes, most_pixels: int) -> bytes:
    """The picture upright, with its transparency if it has one."""
    import pi_heif
    from PIL import AvifImagePlugin, Image, ImageOps

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pi_heif.register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )
    Image.MAX_IMAGE_PIXELS = None  # `most_pixels` is one way of saying so, and enough
    with Image.open(io.BytesIO(data), formats=["AVIF", "HEIF"]) as image:
        if image.width * image.height > most_pixels:
            raise ValueError("larger than its boxes say")
        grey = image.convert("LA" if image.has_transparency_data else "L")
        grey = ImageOps.exif_transpose(grey)
    file = io.BytesIO()
    # Nothing of the file but its pixels goes on: not where it was taken, and when.
    Image.frombytes(grey.mode, grey.size, grey.tobytes()).save(file, "TIFF")
    return file.getvalue()


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(grey_tiff(sys.stdin.buffer.read(), int(sys.argv[1])))
