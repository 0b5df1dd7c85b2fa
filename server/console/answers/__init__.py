"""The answers in force, with their sources, reading grade, use and sign-off."""
