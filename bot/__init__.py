"""The bot: Rasa with PumpTalk's own understanding."""
