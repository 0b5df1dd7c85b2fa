"""Conversations for a demonstration, held with the real bot: a newcomer then finds a living console."""
