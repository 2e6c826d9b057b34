"""What `serving.py` compares with: the digit site of most tutorials, on the same network.

One route, the Keras model loaded at start-up, `predict` for every request.
"""

import base64
import io
import os

import keras
import numpy as np
from flask import Flask, jsonify, request
from PIL import Image

app = Flask(__name__)
model = keras.models.load_model(os.environ["MODEL"])


def inputs(pixels):
    """A picture alone, of which nobody knows how it was written."""
    return {
        "pixels": pixels,
        "motion": np.zeros((1, 8, 8, 10), dtype=np.float32),
        "has_ink": np.zeros((1, 1), dtype=np.float32),
    }


@app.post("/predict")
def predict():
    image = Image.open(io.BytesIO(base64.b64decode(request.get_json()["image"])))
    small = image.convert("L").resize((28, 28))
    pixels = 1 - np.asarray(small, dtype=np.float32).reshape(1, 28, 28, 1) / 255
    probabilities = model.predict(inputs(pixels), verbose=0)["probabilities"][0]
    return jsonify(digit=int(probabilities.argmax()), probabilities=probabilities.tolist())


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]), threaded=True)
