"""Everything mode: the masks of all objects, as segment-anything's generator finds them."""
