"""Chatting: the native API and Rasa's REST protocol over one service."""
