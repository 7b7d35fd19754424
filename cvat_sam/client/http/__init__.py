"""Requests to a CVAT server: who asks, what is sent, what became of it."""
