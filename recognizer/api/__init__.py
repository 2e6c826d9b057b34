"""The REST API: parse once, call one service, answer JSON. Rules stand in services."""
