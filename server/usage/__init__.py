"""How much the bot is used: numbers a day, counted once from the log, so that years can be looked at in a moment."""
