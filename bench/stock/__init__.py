"""Stock Rasa as a baseline: its default configuration, taught the same, with an action of the plainest kind."""
