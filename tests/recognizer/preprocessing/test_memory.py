"""No accepted picture takes the process that reads it above 300 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.site import costly
from recognizer import pricing
from recognizer.exceptions import OverLimit
from recognizer.preprocessing import decoding
from tests import ROOT

if TYPE_CHECKING:
    from recognizer.pricing import PictureFile

MOST_RESIDENT = 300  # MB
LIMITS = {"max_bytes": 8_000_000, "max_pixels": 40_000_000}
# As a web process is, with the network loaded. The highest mark of its memory after each file.
CHILD = """
import sys
from pathlib import Path
import django
django.setup()
from recognizer.exceptions import InputError
from recognizer.services.predictions import price, prepare
from recognizer.services.versions import SHIPPED
from recognizer.serving.engine import LiteRTEngine, warm
from recognizer.submission import Submission
import recognizer.api.urls
engine = LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes())
warm(engine)
for name in sys.argv[1:]:
    sent = Submission(image=Path(name).read_bytes())
    price(submission=sent)
    prepare(sent)
    (mark,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(int(mark.split()[1]) / 1000)
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not Path("/proc/self/status").exists(),
        reason="only Linux tells the mark of a process alone",
    ),
]


def made(form: str, megapixels: float) -> bytes:
    """Bars, and the least noise, so that the file itself weighs little."""
    sheet = costly.pattern_of("bars", 4, 60, 12, 0)
    side = int((megapixels * 1e6) ** 0.5)
    return costly.encoded(costly.cv2.resize(sheet, (side, side)), form)


def most_megapixels(small: PictureFile) -> float:
    """How many of them cost no more than is accepted, and fit into memory."""
    a_pixel = small.cost() / small.pixels
    room = pricing.MOST_PICTURE - pricing.PICTURE - pricing.traced(1)
    most = min(room / a_pixel, small.most_pixels(), LIMITS["max_pixels"])
    return 0.95 * most / 1e6


def test_it_works(tmp_path: Path) -> None:
    """The largest picture of each form that is accepted, one after another."""
    names = []
    for at, form in enumerate(costly.FORMATS):
        small = decoding.head(made(form, 0.25), **LIMITS)
        megapixels = most_megapixels(small)
        if form == "BMP":  # what is stored as it is cannot be larger than a file may be
            megapixels = min(megapixels, 7.5)
        file = tmp_path / f"{at} {form}"
        file.write_bytes(made(form, megapixels))
        names.append(str(file))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *names],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    marks = dict(zip(costly.FORMATS, map(float, done.stdout.split()), strict=True))
    assert max(marks.values()) < MOST_RESIDENT, marks


def test_what_memory_has_no_room_for_is_refused_by_its_head() -> None:
    """All scans of a progressive JPEG are kept until the last is read."""
    content = made("JPEG, progressive", 17)
    assert decoding.head(made("JPEG", 17), **LIMITS).cost() < pricing.MOST_PICTURE
    with pytest.raises(OverLimit) as refusal:
        decoding.head(content, **LIMITS)
    assert refusal.value.parameters["most"] < 17_000_000
