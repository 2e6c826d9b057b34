"""How well drawings and numbers are read on their way to the network; no server is started."""
