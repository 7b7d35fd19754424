"""The contenders, one module each.

A module has a LABEL, imports what it stands for (so that importing it fails where that is not
installed) and has functions named for what they do, with the same arguments and the same form of
answer in every module:

    cvat_encode(mask)                       list of Python ints: runs, left, top, right, bottom
    cvat_decode(points, height, width)      (H, W) of one byte a pixel, C-contiguous
    coco_encode(mask)                       {"size": [H, W], "counts": str or bytes}
    coco_decode(segmentation)               as cvat_decode
    cvat_to_coco(points, height, width), coco_to_cvat(segmentation)
    multiclass_encode(labels), multiclass_decode(rle)
    kaggle_encode(mask), kaggle_decode(text, height, width)
    iou(a, b)                               (len(a), len(b)) of float, from COCO dicts
    union(segmentations)                    COCO dict
    area(segmentations)                     list or array of ints
    bbox(segmentations)                     (N, 4): left, top, width, height
    polygon(polygons, height, width)        as cvat_decode
    cvat_encode_batch(masks) …              the first four for (N, H, W) and lists
    tensor_coco(masks), tensor_cvat(masks)  the same for a tensor
    notebook_a(mask) … notebook_i(labels)   see `rivals.notebook`

`name__variant` is another way to do the same with the same tools; the fastest is what counts, for
each mask anew. Masks come as bool, C-contiguous, and what a contender needs to be done about that
is part of its time.
"""
