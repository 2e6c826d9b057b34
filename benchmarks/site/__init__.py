"""How fast the running site answers, in browsers and to programs; no network is trained here."""
