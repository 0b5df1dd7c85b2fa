"""The conversation log: the durable record of what was asked and answered."""
