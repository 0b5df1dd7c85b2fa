"""The widget beside two others: weight on the wire and time on the main thread."""
