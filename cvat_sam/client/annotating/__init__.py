"""Masks that a model makes of a task's frames, a deployed one or one in this process."""
