"""What this project costs, measured: `clicks` the function, `rle` the codec."""
