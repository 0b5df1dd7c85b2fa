"""The page on which the trail is read, checked and exported."""
