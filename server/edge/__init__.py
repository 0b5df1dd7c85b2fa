"""The edge: what a request meets before any route does, and how connections begin and end."""
