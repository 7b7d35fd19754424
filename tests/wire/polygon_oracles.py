"""What polygons are checked against: every edge with every other, in Python's whole numbers."""


def meets_itself(corners):
    """Whether two edges have a point in common that is not the corner of two neighbours."""
    count = len(corners)
    edges = [(corners[index], corners[(index + 1) % count]) for index in range(count)]
    if any(begin == end for begin, end in edges):
        return True
    for first in range(count):
        for second in range(first + 1, count):
            if (first + 1) % count == second and (second + 1) % count == first:
                return True
            if second == first + 1:
                if turns_back(*edges[first], edges[second][1]):
                    return True
            elif (second + 1) % count == first:
                if turns_back(*edges[second], edges[first][1]):
                    return True
            elif edges_meet(*edges[first], *edges[second]):
                return True
    return False


def side(begin, end, point):
    (x1, y1), (x2, y2), (x, y) = begin, end, point
    cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
    return (cross > 0) - (cross < 0)


def turns_back(before, corner, after):
    """Whether the way goes from the corner back along the edge it came by."""
    towards = sum((c - b) * (a - c) for b, c, a in zip(before, corner, after, strict=True))
    return side(before, corner, after) == 0 and towards < 0


def lies_on(begin, end, point):
    between = all(min(b, e) <= p <= max(b, e) for b, e, p in zip(begin, end, point, strict=True))
    return between and side(begin, end, point) == 0


def edges_meet(a, b, c, d):
    touch = lies_on(a, b, c) or lies_on(a, b, d) or lies_on(c, d, a) or lies_on(c, d, b)
    return touch or (side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0)
