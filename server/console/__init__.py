"""The staff's console: read, judge, mend. Pages are rendered here; nothing of it is imported by the chat."""
