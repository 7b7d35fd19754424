"""SA-1B: from its tars and JSON files to masks, features and tensors.

    read            tars, folders and files, image by image, masks as runs; Reader, Record, Fault
    spatial         how an image's masks lie to one another
    SA1BMaskDecoder, ARRCOCMaskProcessor, and the functions in `published`
                    what an article has published, under its names
    torch           SA1BDataset, for a DataLoader
    work            many tars to tables: `cvat-sam sa1b`

torch is imported by what makes tensors, when it is called; pyarrow and ray by `work`.
"""

from cvat_sam.sa1b.decoder import ARRCOCMaskProcessor, SA1BMaskDecoder
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.published import (
    batch_decode_masks,
    batch_decode_parallel,
    batch_decode_to_gpu,
    batch_encode_masks,
    compute_iou_matrix,
    decode_rle_mask,
    decode_sa1b_annotation,
    decode_to_torch,
    encode_mask_to_rle,
    gpu_decode_rle,
    memory_efficient_decode,
    merge_masks_vectorized,
    streaming_decode,
)
from cvat_sam.sa1b.reading import Reader, read
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.spatial import spatial

__all__ = [
    "ARRCOCMaskProcessor",
    "Fault",
    "Reader",
    "Record",
    "SA1BMaskDecoder",
    "batch_decode_masks",
    "batch_decode_parallel",
    "batch_decode_to_gpu",
    "batch_encode_masks",
    "compute_iou_matrix",
    "decode_rle_mask",
    "decode_sa1b_annotation",
    "decode_to_torch",
    "encode_mask_to_rle",
    "gpu_decode_rle",
    "memory_efficient_decode",
    "merge_masks_vectorized",
    "read",
    "spatial",
    "streaming_decode",
]
