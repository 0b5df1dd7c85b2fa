"""How well the bot understands: questions, outcomes, figures, report, and the choice of thresholds."""
