"""Custom actions: which curated answer to give, in which shape. Flat, because rasa-sdk imports every module here."""
