"""The results as a picture: how much longer others take, on a logarithmic scale."""

import math

from PIL import Image, ImageDraw, ImageFont

from benchmarks.rle.field import OURS
from benchmarks.rle.results import Results

# Operations that make a panel, and what the panel is called: in ASCII, as the font has no more.
PANELS = {
    "CVAT encode": "mask to CVAT",
    "CVAT decode": "CVAT to mask",
    "COCO encode": "mask to COCO",
    "COCO decode": "COCO to mask",
    "CVAT to COCO": "CVAT to COCO",
    "COCO to CVAT": "COCO to CVAT",
    "multi-class encode": "labels to multi-class runs",
    "multi-class decode": "multi-class runs to labels",
    "IoU 100×100": "IoU of 100 x 100 COCO strings",
    "union": "union of 100 COCO strings",
    "area": "area of 100 COCO strings",
    "box": "box of 100 COCO strings",
    "polygon to mask": "polygon to mask",
    "Kaggle encode": "mask to Kaggle",
    "CVAT batch encode": "batches: masks to CVAT",
    "COCO batch encode": "batches: masks to COCO",
    "CVAT batch decode": "batches: CVAT to masks",
    "COCO batch decode": "batches: COCO to masks",
    "tensor to COCO": "tensor of 100 masks to COCO",
}

# Twice the size at which it is shown, so that it is sharp on every screen.
COLUMNS, WIDTH, MARGIN, ROW, HEADING = 3, 2100, 48, 34, 46
LABELS = 232  # width of a panel's labels
TOP = 150  # height of the picture's own heading

PAPER, INK, FAINT, GRID = "#ffffff", "#1f2430", "#6b7280", "#e3e6ea"
SLOWER, FASTER, LINE = "#4c78a8", "#e4862e", "#1f2430"

Bars = list[tuple[str, float]]


def draw(results: Results) -> Image.Image:
    """Draws a panel for each operation that was measured."""
    panels = [(title, bars) for name, title in PANELS.items() if (bars := _bars(results, name))]
    columns = _columns(panels)
    height = TOP + max((sum(map(_height, column)) for column in columns), default=0) + MARGIN
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN, 34), "How long others take, divided by the time of rle", INK, _font(40))
    note = (
        "One thread, geometric mean over the masks measured (1 to 24 megapixels; batches: "
        "256 x 256 and 1500 x 2250). The grey line is 10x. Orange is faster than rle."
    )
    pen.text((MARGIN, 92), note, FAINT, _font(25))
    scale = _Scale([ratio for _, bars in panels for _, ratio in bars])
    for index, column in enumerate(columns):
        top = TOP
        for title, bars in column:
            _panel(pen, MARGIN + index * (WIDTH - MARGIN) // COLUMNS, top, title, bars, scale)
            top += _height((title, bars))
    return picture


class _Scale:
    """From a ratio to pixels right of a panel's labels."""

    def __init__(self, ratios: list[float]) -> None:
        self.low = math.log10(min([*ratios, 0.8])) - 0.05
        self.high = math.log10(max([*ratios, 10])) + 0.05
        self.width = (WIDTH - MARGIN) // COLUMNS - MARGIN - LABELS - 96

    def __call__(self, ratio: float) -> float:
        return (math.log10(ratio) - self.low) / (self.high - self.low) * self.width


def _bars(results: Results, operation: str) -> Bars:
    labels = {label for cell in results.cells(operation).values() for label in cell} - {OURS}
    ratios = [(label, results.ratio(operation, label)) for label in labels]
    return sorted(((label, ratio) for label, ratio in ratios if ratio), key=lambda bar: bar[1])


def _columns(panels: list[tuple[str, Bars]]) -> list[list[tuple[str, Bars]]]:
    """Panels one after another, column by column, so that columns are about as high."""
    columns: list[list[tuple[str, Bars]]] = [[] for _ in range(COLUMNS)]
    share = sum(map(_height, panels)) / COLUMNS
    used = 0.0
    for panel in panels:
        middle = used + _height(panel) / 2
        columns[min(int(middle / share), COLUMNS - 1)].append(panel)
        used += _height(panel)
    return columns


def _height(panel: tuple[str, Bars]) -> int:
    return HEADING + ROW * len(panel[1]) + 34


def _panel(
    pen: ImageDraw.ImageDraw, left: int, top: int, title: str, bars: Bars, scale: _Scale
) -> None:
    pen.text((left, top), title, INK, _font(28))
    top += HEADING
    zero = left + LABELS
    bottom = top + ROW * len(bars)
    for power in range(math.ceil(scale.low), math.floor(scale.high) + 1):
        x = zero + scale(10**power)
        pen.line([(x, top - 2), (x, bottom)], GRID, 2)
    for place, (label, ratio) in enumerate(bars):
        middle = top + place * ROW + ROW // 2
        pen.text((zero - 12, middle), label, INK, _font(23), anchor="rm")
        ends = sorted((zero + scale(1), zero + scale(ratio)))
        pen.rectangle(
            [ends[0], middle - 11, ends[1], middle + 11], SLOWER if ratio >= 1 else FASTER
        )
        text = f"{ratio:.2f}x" if ratio < 9.95 else f"{ratio:,.0f}x"
        pen.text((max(ends) + 8, middle), text, FAINT, _font(23), anchor="lm")
    pen.line([(zero + scale(1), top - 4), (zero + scale(1), bottom + 2)], LINE, 3)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which the chart's text needs")
    return font
