"""One run from its claim to its candidate: stages, heartbeat, conclusion; and the candidate
that a new release of the site ships.

How a network is trained, compared and exported stands in the other packages; how a run is
requested, in `training.services`.
"""
