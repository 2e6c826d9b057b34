"""The public pages: parse, call one service or selector, answer. Rules stand in services."""
