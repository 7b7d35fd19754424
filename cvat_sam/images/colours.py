"""Colours that can be told apart, however many are needed."""

import colorsys

Colour = tuple[int, int, int]

# Hues this far apart on the circle never come close to an earlier one (the golden ratio).
STEP = 0.618033988749895
FIRST_HUE = 0.60  # a blue, rare in photographs


def mask_colour(index: int) -> Colour:
    """RGB of the mask number `index`, 0 to 255 each.

    >>> mask_colour(0), mask_colour(1)
    ((56, 136, 255), (192, 255, 51))
    """
    hue = (FIRST_HUE + index * STEP) % 1
    # Neighbours on the circle are many numbers apart; their brightness tells them apart too.
    saturation, value = [(0.78, 1.0), (0.8, 1.0), (0.62, 0.95), (0.9, 0.85)][index % 4]
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def lighter(base: Colour, share: float) -> Colour:
    """`base` with `share` of white, 0 to 1.

    >>> lighter((0, 100, 255), 0.5)
    (128, 178, 255)
    """
    red, green, blue = (round(part + (255 - part) * share) for part in base)
    return red, green, blue
