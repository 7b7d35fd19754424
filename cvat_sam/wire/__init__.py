"""The forms in which CVAT and its functions talk: requests, replies, masks as text."""
