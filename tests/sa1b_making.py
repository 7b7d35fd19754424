"""Images of SA-1B's kind, made up: JSONs in its layout, JPEGs, folders and tars of them.

A number decides everything about an image. Masks are blobs with ragged borders and holes: some of a
few pixels, some over most of the image, many inside or across others.
"""

import io
import json
import random
import tarfile

import cv2
import numpy as np

import rle


def image(seed, *, height=1500, width=2250, masks=100):
    """The JSON of the image sa_SEED.jpg, as a dict."""
    rng = np.random.default_rng(seed)
    annotations = []
    for number in range(masks):
        mask, (x, y) = _mask(rng, number, height, width)
        segmentation = rle.coco.encode(mask)
        left, top, columns, rows = rle.ops.bbox([segmentation])[0].tolist()
        annotations.append(
            {
                "segmentation": segmentation,
                # As segment-anything writes it: from the first pixel to the last.
                "bbox": [float(left), float(top), float(columns - 1), float(rows - 1)],
                "area": int(np.count_nonzero(mask)),
                "predicted_iou": round(float(rng.uniform(0.8, 1.02)), 6),
                "stability_score": round(float(rng.uniform(0.9, 1)), 6),
                "crop_box": [0.0, 0.0, float(width), float(height)],
                "point_coords": [[float(x), float(y)]],
                "id": seed * 1_000_000 + number,
            }
        )
    name = f"sa_{seed}.jpg"
    about = {"image_id": seed, "width": width, "height": height, "file_name": name}
    return {"image": about, "annotations": annotations}


def jpeg(seed, height, width):
    """A JPEG of soft colours with some grain."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.integers(0, 256, (6, 9, 3), np.uint8), (width, height))
    grain = np.tile(
        rng.integers(0, 16, (64, 64, 1), np.uint8), (-(-height // 64), -(-width // 64), 1)
    )
    pixels = cv2.add(soft, np.repeat(grain[:height, :width], 3, axis=2))
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def write_folder(folder, images):
    """A JPEG and a JSON for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in images:
        for name, data in _files(one):
            (folder / name).write_bytes(data)


def write_tar(path, images, *, order="pairs"):
    """The same in a tar, compressed if its name says so; images may be an iterator.

    The order is "pairs" as in SA-1B, "json first", "images first" or "shuffled".
    """
    pairs = map(_files, images)
    if order == "json first":
        pairs = list(zip(*[reversed(pair) for pair in pairs], strict=True))
    elif order == "images first":
        pairs = list(zip(*pairs, strict=True))
    files = (file for pair in pairs for file in pair)
    if order == "shuffled":
        files = list(files)
        random.Random(0).shuffle(files)
    with tarfile.open(path, "w" if str(path).endswith(".tar") else "w:gz") as tar:
        for name, data in files:
            header = tarfile.TarInfo(f"./{name}")
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))


def _files(one):
    about = one["image"]
    name = about["file_name"]
    picture = jpeg(about["image_id"], about["height"], about["width"])
    return (name, picture), (name.replace(".jpg", ".json"), json.dumps(one).encode())


def _mask(rng, number, height, width):
    """A mask, and a pixel of it."""
    least = min(height, width)
    # Of ten masks two are of a few pixels and one is huge.
    reach = {0: 2.0, 1: 2.0, 2: 0.7 * least}.get(number % 10, least * rng.uniform(0.03, 0.2))
    mask = np.zeros((height, width), np.uint8)
    x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
    if number % 10 == 2:
        x, y = width // 2, height // 2
    corners = max(5, min(90, int(reach)))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = reach * rng.uniform(0.75, 1, corners) * rng.uniform(0.8, 1.2)
    outline = np.stack((x + far * np.cos(angles) * 1.3, y + far * np.sin(angles)), axis=1)
    cv2.fillPoly(mask, [outline.round().astype(np.int32)], 1)
    for _ in range(number % 3):
        hole = rng.uniform(-0.5, 0.5, 2) * reach
        centre = (int(x + hole[0]), int(y + hole[1]))
        cv2.circle(mask, centre, max(1, int(reach * 0.08)), 0, -1)
    mask[y, x] = 1
    return mask, (x, y)
