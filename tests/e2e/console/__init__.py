"""The staff console in a real browser, against the real three processes."""
