"""What is kept of images that were looked at: in memory, and in a folder if there is one."""
