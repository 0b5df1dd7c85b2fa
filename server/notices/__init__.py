"""Telling staff of a red flag, outside the console: by e-mail and by a webhook. Never with what a visitor wrote."""
