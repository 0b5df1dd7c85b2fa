"""The inbox: the list of conversations, one conversation, and what staff do with them."""
