"""`bot.serve` without PumpTalk's overrides: the baseline of bench/overrides.py, and of nothing else."""

from bot import rasa_speedups, serve

if __name__ == "__main__":
    rasa_speedups.apply = lambda: None
    serve.main()
