"""The only public door of PumpTalk: it takes a visitor's messages, logs them, asks the bot and gives the replies."""
