"""The bot's use in numbers: pictures drawn on the server, each with its table."""
