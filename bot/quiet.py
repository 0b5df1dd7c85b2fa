"""Rasa without noise: no telemetry, and no warnings of its old dependencies that a reader could do nothing about."""

import os
import warnings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
# Sanic turns DeprecationWarnings on when it is imported: import it before they are turned off.
import sanic.app  # noqa: F401  (imported for what it does)

warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=FutureWarning)
