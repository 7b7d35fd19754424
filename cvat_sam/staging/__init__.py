"""A folder with just what a deployed function needs, for `nuctl deploy --path`.

nuctl copies a whole folder into the image and knows no list of what to leave out; so one is made
with nothing else in it: the code, the requirements, the weights or the exported model, and the
function.yaml. Rooms: `wish` is what is asked for, `checkout` where it is taken from, `code` and
`model_files` copy, `configuration` writes the function.yaml, `text_edits` changes lines of it, and
`staging` puts the folder together.
"""

from cvat_sam.staging.staging import stage
from cvat_sam.staging.wish import Wish

__all__ = ["Wish", "stage"]
