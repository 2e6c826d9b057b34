"""The data of a training: found, split, weighted, augmented, sampled in batches.

Nothing here knows the network; TensorFlow is never imported.
"""
