"""Starting PumpTalk on one machine."""
