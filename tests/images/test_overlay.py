"""Pictures with masks on them: what is marked, where, and what stays as it was."""

import itertools

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from cvat_sam.exceptions import Unwritable
from cvat_sam.images.colours import mask_colour
from cvat_sam.images.marks import FILL
from cvat_sam.images.overlay import GREEN, PAPER, RED, draw, save_png, side_by_side

PHOTO = np.ascontiguousarray(skimage.data.chelsea())  # 300 × 451
HEIGHT, WIDTH = PHOTO.shape[:2]
SCALE = 2


@pytest.fixture
def disc():
    """A mask of radius 60 around (150, 225)."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    return (rows - 150) ** 2 + (columns - 225) ** 2 < 60**2


def changed(picture, plain):
    return (picture != plain).any(axis=2)


def test_a_small_image_is_enlarged_by_a_whole_factor_for_drawing():
    assert draw(PHOTO, []).shape == (HEIGHT * 2, WIDTH * 2, 3)
    assert draw(PHOTO[:40, :30], []).shape == (40 * 23, 30 * 23, 3)


def test_a_large_image_stays_as_large_as_it_is_and_without_marks_stays_as_it_is():
    large = cv2.resize(PHOTO, (1353, 900))
    picture = draw(large, [])
    assert np.array_equal(picture, large)
    assert not np.shares_memory(picture, large)


def test_a_mask_tints_its_inside_and_nothing_else(disc):
    plain = draw(PHOTO, [])
    marked = changed(draw(PHOTO, [disc]), plain)
    large = np.kron(disc, np.ones((SCALE, SCALE), bool))
    near = cv2.dilate(large.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert marked[large].mean() > 0.99
    assert not marked[~near].any()


def test_the_photograph_shows_through_the_tint(disc):
    inside = np.s_[250:350, 400:500]
    plain, picture = draw(PHOTO, [])[inside], draw(PHOTO, [disc])[inside]
    likeness = np.corrcoef(plain.mean(axis=2).ravel(), picture.mean(axis=2).ravel())[0, 1]
    assert likeness > 0.98
    assert picture.reshape(-1, 3).mean(axis=0).argmax() == np.argmax(mask_colour(0))


def test_the_images_own_array_is_left_alone(disc):
    large = cv2.resize(PHOTO, (1353, 900))
    before = large.copy()
    draw(large, [np.ones((900, 1353), bool)], positive=[(5, 5)], box_xyxy=(1, 2, 30, 40))
    assert np.array_equal(large, before)


@pytest.mark.parametrize(
    "same",
    [
        lambda mask: mask.astype(np.uint8) * 255,
        lambda mask: mask.astype(np.float32),
        lambda mask: mask.astype(int) * 7,
        lambda mask: np.asfortranarray(mask),
        lambda mask: mask[::-1][::-1],
        lambda mask: mask.tolist(),
    ],
    ids=["0/255", "floats", "labels", "column-major", "negative strides", "lists"],
)
def test_any_array_whose_nonzero_values_mean_the_object_will_do(disc, same):
    assert np.array_equal(draw(PHOTO, [same(disc)]), draw(PHOTO, [disc]))


def test_masks_can_come_from_a_generator(disc):
    assert np.array_equal(draw(PHOTO, (mask for mask in [disc])), draw(PHOTO, [disc]))


def test_a_mask_of_another_size_is_refused(disc):
    with pytest.raises(ValueError, match=r"a mask is \(451, 300\), the image \(300, 451\)"):
        draw(PHOTO, [disc.T])


def test_an_empty_mask_draws_nothing():
    assert np.array_equal(draw(PHOTO, [np.zeros((HEIGHT, WIDTH), bool)]), draw(PHOTO, []))


def test_a_mask_at_the_border_is_tinted_up_to_it():
    everything = np.ones((HEIGHT, WIDTH), bool)
    assert changed(draw(PHOTO, [everything]), draw(PHOTO, [])).mean() > 0.99


@pytest.mark.parametrize("side", [8, 100, 450])
def test_a_mask_of_one_pixel_can_be_seen(side):
    gray = np.full((side, side, 3), 128, np.uint8)
    mask = np.zeros((side, side), bool)
    mask[3, 5] = True
    rows, columns = np.nonzero(changed(draw(gray, [mask]), draw(gray, [])))
    scale = -(-900 // side)
    assert rows.mean() == pytest.approx(3.5 * scale, abs=1)
    assert columns.mean() == pytest.approx(5.5 * scale, abs=1)


@pytest.mark.parametrize("order", [1, -1])
def test_a_small_mask_lies_on_a_large_one(disc, order):
    everything = np.ones((HEIGHT, WIDTH), bool)
    inside = np.s_[250:350, 400:500]
    picture = draw(PHOTO, [everything, disc][::order])[inside].mean(axis=(0, 1))
    large, small = [np.array(mask_colour(index)) for index in range(2)][::order]
    under = draw(PHOTO, [])[inside].mean(axis=(0, 1)) * (1 - FILL) + large * FILL
    assert picture == pytest.approx(under * (1 - FILL) + small * FILL, abs=1.5)


def test_colours_of_many_masks_can_be_told_apart():
    rgb = np.array([[mask_colour(index) for index in range(24)]], np.float32) / 255
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[0]
    # CIE 1976: a difference of 2.3 is just noticeable.
    near = min(np.linalg.norm(a - b) for a, b in itertools.combinations(lab, 2))
    first = min(np.linalg.norm(a - b) for a, b in itertools.combinations(lab[:6], 2))
    assert near > 7
    assert first > 40


def test_clicks_are_dots_in_their_colour_where_they_were_made():
    picture = draw(PHOTO, [], positive=[(100, 50)], negative=[(300, 200)])
    # Beside the sign in the middle of the dot.
    assert tuple(picture[50 * SCALE - 6, 100 * SCALE - 6]) == GREEN
    assert tuple(picture[200 * SCALE - 6, 300 * SCALE - 6]) == RED
    marked = changed(picture, draw(PHOTO, []))
    rows, columns = np.nonzero(marked[:, : 200 * SCALE])
    assert (rows.mean(), columns.mean()) == pytest.approx((99.5, 199.5), abs=0.6)


def test_a_positive_dot_has_a_plus_and_a_negative_one_a_minus():
    # Who cannot tell green from red still can tell the clicks apart.
    picture = draw(PHOTO, [], positive=[(100, 50)], negative=[(300, 200)])
    above = [picture[y * SCALE - 4, x * SCALE] for x, y in [(100, 50), (300, 200)]]
    assert tuple(above[0]) == (255, 255, 255)
    assert tuple(above[1]) == RED


@pytest.mark.parametrize("click", [(0, 0), (WIDTH, HEIGHT), (WIDTH, 0)])
def test_a_click_on_the_border_is_drawn_as_far_as_it_fits(click):
    picture = draw(PHOTO, [], positive=[click])
    assert picture.shape == (HEIGHT * 2, WIDTH * 2, 3)
    assert changed(picture, draw(PHOTO, [])).any()


def test_a_boxs_edges_are_drawn_where_they_are_and_its_inside_is_not():
    left, top, right, bottom = 50.5, 40, 200, 120
    picture = draw(PHOTO, [], box_xyxy=(left, top, right, bottom))
    white = (picture == 255).all(axis=2) & changed(picture, draw(PHOTO, []))
    rows, columns = np.nonzero(white)
    expected = np.array([top, bottom - 1, left, right - 1]) * SCALE
    found = [rows.min(), rows.max(), columns.min(), columns.max()]
    assert np.abs(found - expected).max() <= 3
    assert not changed(picture, draw(PHOTO, []))[90:230, 112:390].any()


def test_a_caption_is_a_strip_below_the_picture():
    plain = draw(PHOTO, [])
    picture = draw(PHOTO, [], caption="one click · 0.98")
    assert np.array_equal(picture[: len(plain)], plain)
    strip = picture[len(plain) :]
    assert len(strip) > 20
    assert tuple(strip[0, 0]) == PAPER
    assert strip.max() > 200


def test_a_caption_too_long_for_the_picture_ends_inside_it():
    strip = draw(PHOTO, [], caption="a mask of the cat " * 40)[HEIGHT * SCALE :]
    written = np.flatnonzero((strip != PAPER).any(axis=(0, 2)))
    assert WIDTH * SCALE * 0.9 < written.max() < WIDTH * SCALE - 10


def test_pictures_lie_side_by_side_with_gutters_between():
    wide, tall = PHOTO[:100, :400], PHOTO[:300, :200]
    sheet = side_by_side([wide, tall, tall], columns=2, gutter=10)
    # All as wide as the narrowest, 200; the wide one is then 50 high.
    assert sheet.shape == (300 + 10 + 300, 200 + 10 + 200, 3)
    assert np.array_equal(sheet[:300, 210:], tall)
    assert np.array_equal(sheet[310:, :200], tall)
    assert (sheet[:, 200:210] == 255).all()
    assert (sheet[50:310, :200] == 255).all()
    assert (sheet[310:, 210:] == 255).all()


def test_fewer_pictures_than_columns_make_a_narrower_sheet():
    assert np.array_equal(side_by_side([PHOTO], columns=3), PHOTO)


def test_a_saved_picture_is_read_back_as_it_was(tmp_path, disc):
    picture = draw(PHOTO, [disc])
    save_png(tmp_path / "cat.png", picture)
    with Image.open(tmp_path / "cat.png") as image:
        assert image.format == "PNG"
        assert np.array_equal(np.array(image), picture)
    assert [path.name for path in tmp_path.iterdir()] == ["cat.png"]


@pytest.mark.parametrize("limit", [300_000, 60_000])
def test_a_picture_can_be_saved_in_few_bytes_and_still_be_the_same_picture(tmp_path, disc, limit):
    picture = draw(PHOTO, [disc], caption="one click")
    save_png(tmp_path / "cat.png", picture, max_bytes=limit)
    assert (tmp_path / "cat.png").stat().st_size <= limit
    with Image.open(tmp_path / "cat.png") as image:
        small = np.array(image.convert("RGB").resize(picture.shape[1::-1]))
    assert np.abs(small.astype(int) - picture).mean() < 12


def test_a_few_red_pixels_stay_red_among_256_colours(tmp_path):
    picture = draw(PHOTO, [], negative=[(300, 200)])
    save_png(tmp_path / "cat.png", picture, max_bytes=350_000)
    with Image.open(tmp_path / "cat.png") as image:
        assert image.mode == "P"
        assert image.size == picture.shape[1::-1]
        dot = np.array(image.convert("RGB"))[200 * SCALE - 6, 300 * SCALE - 6]
    assert np.abs(dot.astype(int) - RED).max() < 12


def test_a_limit_that_cannot_be_met_ends_all_the_same(tmp_path):
    save_png(tmp_path / "cat.png", PHOTO, max_bytes=1)
    with Image.open(tmp_path / "cat.png") as image:
        assert image.width >= 1


def test_saving_where_there_is_no_folder_fails_and_leaves_nothing(tmp_path):
    with pytest.raises(Unwritable):
        save_png(tmp_path / "nowhere" / "cat.png", PHOTO)
    assert list(tmp_path.iterdir()) == []
