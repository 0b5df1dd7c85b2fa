"""The checks of `python -m bot.check`, one file for each kind of content."""
