"""How well networks learn, judge themselves and run; no page and no server is measured here."""
