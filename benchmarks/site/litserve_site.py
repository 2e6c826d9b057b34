"""What `serving.py` compares with: a LitServe server of one worker, in front of LiteRT."""

import os
from typing import Any

import litserve

from benchmarks.site.by_hand import Reader


class Digits(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.reader = Reader()

    def predict(self, drawing: dict[str, Any]) -> dict[str, Any]:
        return self.reader.read(drawing)


if __name__ == "__main__":
    server = litserve.LitServer(Digits(), accelerator="cpu", workers_per_device=1)
    server.run(port=int(os.environ["PORT"]), generate_client_file=False, log_level="warning")
