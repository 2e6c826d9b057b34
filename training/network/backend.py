"""TensorFlow and Keras, imported here and nowhere else, with their environment set first.

Only modules that run in the training worker, or serve with `INFERENCE_ENGINE=keras`,
import this one.
"""

from __future__ import annotations

import gc
import os

# Both are read when the libraries load; a deployment may have set them otherwise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# Loading makes a million objects that all stay. To look for garbage among them again and again
# took a fifth of its seconds.
gc.disable()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["keras", "tf"]
