"""The README's circle by the Python client that openapi-python-client makes of the schema.

Started with the site's address, an admin's token and a picture of a 7; the client lies beside it.
"""

import io
import sys
from pathlib import Path
from typing import TypeVar

from digit_reader_client import AuthenticatedClient, Client
from digit_reader_client.api.anybody import drawing_submit, model_get, predict, predict_batch
from digit_reader_client.api.contributors import (
    drawing_delete,
    drawing_get,
    drawing_label,
    hand_get,
)
from digit_reader_client.api.reviewers import drawing_review, run_get, run_list, version_list
from digit_reader_client.api.trainers import run_cancel, run_request, version_promote
from digit_reader_client.models import (
    BatchAnswer,
    BatchRequest,
    Decision,
    Drawing,
    DrawingFate,
    ErrorAnswer,
    Hand,
    Label,
    LabelRequest,
    Model,
    NewDrawingRequest,
    NewRunRequest,
    PlaceVerdict,
    Point,
    PointGroup,
    Prediction,
    PromoteRequest,
    Review,
    ReviewRequest,
    Run,
    RunMode,
    RunPage,
    RunStatus,
    StoredDrawing,
    SubmissionFormRequest,
    SubmissionRequest,
    VersionPage,
)
from digit_reader_client.types import File

T = TypeVar("T")


def of(kind: type[T], answer: object) -> T:
    """The answer, which must be of that kind."""
    assert isinstance(answer, kind), answer
    return answer


address, token, picture = sys.argv[1:]
visitor = Client(base_url=address)
staff = AuthenticatedClient(base_url=address, token=token)

# Read: strokes in each of their forms, a picture as a file, a number, several at once.
four = SubmissionRequest(
    strokes=[[[120, 50], [90, 150], [200, 152]], [[170, 60], [168, 240]]], canvas=[280, 280]
)
read = of(Prediction, predict.sync(client=visitor, body=four))
assert (read.digit, read.verdict) == (4, PlaceVerdict.SURE)
assert len(read.probabilities) == 10
seven = [Point(x=80, y=60), Point(x=190, y=62), Point(x=150, y=150), Point(x=120, y=240)]
for forms in (
    SubmissionRequest(strokes=[[*seven]]),
    SubmissionRequest(strokes=[PointGroup(points=[*seven])]),
):
    assert of(Prediction, predict.sync(client=visitor, body=forms)).digit == 7
file = File(io.BytesIO(Path(picture).read_bytes()), "seven.png", "image/png")
form = SubmissionFormRequest(image=file, number=True)
number = of(Prediction, predict.sync(client=visitor, body=form))
assert (number.number, number.text) == ("7", "7")
batch = BatchRequest(items=[four, SubmissionRequest(strokes=[])])
good, bad = of(BatchAnswer, predict_batch.sync(client=visitor, body=batch)).items
assert of(Prediction, good).digit == 4
assert of(ErrorAnswer, bad).error.field == "strokes"

# Store, label, read back.
stored = of(
    StoredDrawing,
    drawing_submit.sync(
        client=visitor, body=NewDrawingRequest(strokes=four.strokes, canvas=four.canvas)
    ),
)
assert (stored.label, stored.review) == (None, Review.UNLABELLED)
nobodys = drawing_get.sync(stored.id, client=Client(base_url=address))  # without the cookie
assert of(ErrorAnswer, nobodys).error.code == "not_found"
labelled = drawing_label.sync(
    stored.id, client=visitor, body=LabelRequest(label=Label.FOUR), x_receipt=stored.receipt
)
assert of(Drawing, labelled).review == Review.PENDING
fate = of(DrawingFate, drawing_get.sync(stored.id, client=visitor, x_receipt=stored.receipt))
assert fate.label == Label.FOUR
assert fate.now is not None
assert fate.now.digit == 4
assert of(Hand, hand_get.sync(client=staff)).drawings == []

# Review.
accept = ReviewRequest(decision=Decision.ACCEPT)
refused = drawing_review.sync(stored.id, client=AuthenticatedClient(address, "none"), body=accept)
assert of(ErrorAnswer, refused).error.code == "authentication_failed"
reviewed = of(Drawing, drawing_review.sync(stored.id, client=staff, body=accept))
assert (reviewed.review, reviewed.accepted_label) == (Review.ACCEPTED, Label.FOUR)

# Ask for a run, watch it, cancel it.
run = of(Run, run_request.sync(client=staff, body=NewRunRequest(mode=RunMode.WARM, epochs=1)))
assert (run.status, run.candidate, run.gate_report) == (RunStatus.QUEUED, None, None)
second = run_request.sync(client=staff)
assert of(ErrorAnswer, second).error.code == "run_active"
assert of(RunPage, run_list.sync(client=staff, limit=1)).results == [run]
assert of(Run, run_get.sync(run.id, client=staff)) == run
assert of(Run, run_cancel.sync(run.id, client=staff)).status == RunStatus.CANCELLED

# Versions.
versions = of(VersionPage, version_list.sync(client=staff))
assert versions.next_ is None
(live,) = [version for version in versions.results if version.live]
assert of(Model, model_get.sync(client=visitor)).version == live.number
again = version_promote.sync(live.number, client=staff, body=PromoteRequest(reason="again"))
assert of(ErrorAnswer, again).error.code == "already_live"

# Delete.
gone = drawing_delete.sync_detailed(stored.id, client=visitor, x_receipt=stored.receipt)
assert gone.status_code == 204
