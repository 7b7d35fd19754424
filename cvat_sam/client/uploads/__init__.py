"""Masks into a task, all of them and once: checked, planned in a journal, sent, settled."""
