"""Images: bytes to pixels, and pixels with masks to pictures."""
