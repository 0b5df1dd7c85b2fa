"""Red flags: danger in a visitor's message, found by rules that stand in `data/safety`, without Rasa."""

from server.safety.layer import SafetyLayer, load_safety
from server.safety.reader import Reading, RedFlag, RedFlagReader
from server.safety.rules import TOPICS as RED_FLAGS
from server.safety.rules import Rules, load_rules

__all__ = ["RED_FLAGS", "Reading", "RedFlag", "RedFlagReader", "Rules", "SafetyLayer", "load_rules", "load_safety"]
