"""Import before Rasa, in place of `bot.quiet`: Sanic, when imported, turns DeprecationWarnings on again."""

import warnings

import sanic.app  # noqa: F401  (its import is what has to come before the filter)

import bot.quiet  # noqa: F401

warnings.filterwarnings("ignore", category=DeprecationWarning)
