"""Teaching: staff judge turns, a manager accepts what follows from it, the bot learns it and is examined."""
