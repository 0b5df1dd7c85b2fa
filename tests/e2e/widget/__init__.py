"""The widget in a real browser, against the real three processes."""
