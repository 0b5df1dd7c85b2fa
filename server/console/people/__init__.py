"""Who gets in: accounts, signing in with two steps or by the clinic's identity provider, and one's own account."""
