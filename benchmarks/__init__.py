"""What this project costs, measured.

`clicks` and `everything` are about the function, `rle` about the codec, `upload` about the client.
Modules here are what several of them share.
"""
