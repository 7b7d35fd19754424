"""Puts the rivals into the environment that runs this, each by itself.

`make bench-rle` calls it once. What cannot be installed (no wheel for this Python, no network) is
said and left out; the benchmark then names it as missing. The versions are those that the README's
figures were measured with.
"""

import subprocess
import sys

CONSTRAINTS = ("--constraint", "constraints.txt")

# What pip is told, one list a rival.
RIVALS = {
    "pycocotools": ["pycocotools==2.0.11"],
    "cvat_sdk": ["cvat_sdk[masks]==2.80.0"],
    "rlemasklib": ["rlemasklib==0.8.1"],
    "hotcoco": ["hotcoco==1.3.0"],
    "faster-coco-eval": ["faster-coco-eval==1.8.0"],
    "supervision": ["supervision==0.31.2"],
    # Beside these it asks for an opencv of its own, which would lie over ours, and for gigabytes
    # that its masks do not need.
    "datumaro": [
        *("attrs", "cryptography", "defusedxml", "json-stream==2.5.1", "lxml==6.1.3"),
        *("matplotlib==3.11.2", "networkx==3.6.1", "openvino==2023.0.0", "orjson==3.13.0"),
        *(
            "pandas==3.1.1",
            "protobuf",
            "pycocotools==2.0.11",
            "pyemd==1.1.0",
            "ruamel.yaml==0.19.1",
        ),
        *(
            "scipy",
            "shapely==2.2.0",
            "tabulate==0.10.0",
            "tensorboardX==2.6.5",
            "typing-extensions",
        ),
    ],
    "datumaro itself": ["--no-deps", "datumaro==1.5.2"],
    "segment-anything and torch, for tensors": ["--editable", ".[torch]"],
}


def main() -> None:
    """Installs, and says what could not be."""
    for rival, words in RIVALS.items():
        command = [sys.executable, "-m", "pip", "install", "--quiet", *CONSTRAINTS, *words]
        if subprocess.run(command).returncode:
            print(f"{rival} cannot be installed here; the benchmark goes on without")


if __name__ == "__main__":
    main()
