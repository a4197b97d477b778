import numpy as np
import pytest
from photos import encode
from PIL import Image

from pyclassifier import CATALOG, decode_image
from pyclassifier.backbones import DEFAULT_BACKBONE, FIT_MODES, Preprocessing
from pyclassifier.embedding import fit_image, load_image, make_batch

HOW = CATALOG[DEFAULT_BACKBONE].preprocessing


def thirds(width: int, height: int) -> np.ndarray:
    """Red, green and blue thirds along the longer side."""
    picture = np.zeros((height, width, 3), np.uint8)
    long_side = np.arange(max(width, height)) * 3 // max(width, height)
    colors = np.eye(3, dtype=np.uint8)[long_side] * 255
    picture[:] = colors[None] if width >= height else colors[:, None]
    return picture


def smooth(width: int, height: int) -> np.ndarray:
    """A picture that survives JPEG, and whose corners all differ."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - (x + y) / 2], -1).astype(np.uint8)


@pytest.mark.parametrize("size", [(90, 30), (30, 90), (91, 30), (3000, 1000)])
def test_crop_takes_the_largest_square_in_the_middle(size):
    fitted = fit_image(thirds(*size), Preprocessing(30, "crop")).astype(int)
    # The middle third is the green one; half a pixel of an odd remainder may bleed in at the edges.
    assert (fitted[2:-2, 2:-2] == [0, 255, 0]).all()


@pytest.mark.parametrize("size", [(90, 30), (30, 90)])
def test_pad_shows_all_between_black_bars(size):
    fitted = fit_image(thirds(*size), Preprocessing(90, "pad"))
    fitted = fitted if size[0] > size[1] else fitted.transpose(1, 0, 2)
    assert (fitted[:30] == 0).all() and (fitted[60:] == 0).all()
    assert (fitted[30:60] == thirds(90, 30)).all()


def test_stretch_ignores_the_aspect_ratio():
    fitted = fit_image(thirds(90, 30), Preprocessing(60, "stretch")).astype(int)
    for i in range(3):
        assert (fitted[:, 20 * i + 3 : 20 * i + 17] == 255 * np.eye(3)[i]).all()


@pytest.mark.parametrize("fit_mode", ["crop", "pad", "stretch"])
def test_a_square_picture_of_the_wanted_size_is_left_alone(fit_mode):
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert (fit_image(picture, Preprocessing(32, fit_mode)) == picture).all()


@pytest.mark.parametrize("fit_mode", FIT_MODES)
@pytest.mark.parametrize("size", [(1, 1), (1000, 1), (1, 1000), (20000, 2), (3, 65000), (225, 224), (2, 3)])
def test_every_shape_of_picture_gives_a_square_of_its_colour(fit_mode, size):
    data = encode(Image.new("RGB", size, (200, 100, 50)))
    pixels = load_image(data, "thin.png", Preprocessing(64, fit_mode))
    assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8
    colored = pixels[(pixels != 0).any(axis=2)]
    assert len(colored) >= 64, "at least a line of it is seen"
    assert (colored == [200, 100, 50]).all()
    if fit_mode != "pad":
        assert len(colored) == 64 * 64


def test_a_small_picture_is_enlarged_bilinearly():
    # Triangle filter with half-pixel centres: the values of a 2-pixel row at 8 pixels, worked out by hand.
    row = np.array([[0, 240]], np.uint8)[..., None].repeat(3, 2)
    fitted = fit_image(row, Preprocessing(8, "stretch"))[0, :, 0].astype(int)
    assert np.abs(fitted - [0, 0, 30, 90, 150, 210, 240, 240]).max() <= 1


@pytest.mark.parametrize("fit_mode", FIT_MODES)
def test_reducing_first_keeps_the_picture(fit_mode):
    # Against one bilinear (antialiased) resize without any shortcut: mean difference below 1 of 255.
    picture = smooth(1600, 1200)
    image = Image.fromarray(picture)
    if fit_mode == "crop":
        reference = image.crop((200, 0, 1400, 1200)).resize((64, 64), Image.Resampling.BILINEAR)
    elif fit_mode == "stretch":
        reference = image.resize((64, 64), Image.Resampling.BILINEAR)
    elif fit_mode == "central":
        reference = image.crop((100, 75, 1500, 1125)).resize((64, 64), Image.Resampling.BILINEAR)
    else:
        reference = Image.new("RGB", (64, 64))
        reference.paste(image.resize((64, 48), Image.Resampling.BILINEAR), (0, 8))
    difference = np.abs(fit_image(picture, Preprocessing(64, fit_mode)).astype(int) - np.asarray(reference).astype(int))
    assert difference.mean() < 1 and difference.max() <= 4


@pytest.mark.parametrize("fit_mode", FIT_MODES)
@pytest.mark.parametrize(("orientation", "turn"), [(1, None), (3, 180), (6, 90), (8, 270)])
def test_exif_draft_and_fit_together_equal_a_full_decode(fit_mode, orientation, turn):
    picture = Image.fromarray(smooth(1200, 700))
    stored = picture.transpose(getattr(Image.Transpose, f"ROTATE_{turn}")) if turn else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(stored, "JPEG", quality=95, exif=exif)
    assert decode_image(data).shape == (700, 1200, 3)
    reduced = load_image(data, "x.jpg", Preprocessing(96, fit_mode)).astype(int)
    full = fit_image(decode_image(data), Preprocessing(96, fit_mode)).astype(int)
    # Decoding at reduced size rounds differently; an edge of a black bar may move by part of a pixel.
    assert np.abs(reduced - full).mean() < 2
    expected = fit_image(np.asarray(picture), Preprocessing(96, fit_mode)).astype(int)
    assert np.abs(reduced - expected).mean() < 2, "upright"


@pytest.mark.parametrize("size", [(4000, 10), (10, 4000), (900, 899)])
def test_a_jpeg_is_never_decoded_smaller_than_wanted(size):
    data = encode(Image.fromarray(smooth(*size)), "JPEG", quality=95)
    for fit_mode in FIT_MODES:
        difference = load_image(data, "x.jpg", Preprocessing(64, fit_mode)).astype(int) - fit_image(
            smooth(*size), Preprocessing(64, fit_mode)
        )
        assert np.abs(difference).mean() < 4


def test_an_unknown_fit_mode_is_an_error():
    with pytest.raises(ValueError, match="Expected fit_mode to be one of crop, pad, stretch, central; got 'squash'"):
        Preprocessing(3, "squash")


@pytest.mark.parametrize("n", [1, 3])
def test_a_batch_is_contiguous_float32_scaled_as_the_card_says(n):
    images = [np.random.default_rng(i).integers(0, 256, (8, 8, 3), np.uint8) for i in range(n)]
    batch = make_batch(images, HOW)
    assert batch.shape == (n, 8, 8, 3) and batch.dtype == np.float32 and batch.flags.c_contiguous
    # Keras's `mobilenet.preprocess_input`, mode "tf": x / 127.5 - 1. Tolerance: one float32 rounding.
    assert np.abs(batch - (np.stack(images) / 127.5 - 1)).max() < 1.2e-7


def test_the_ends_of_the_scale_are_exact():
    ends = np.array([[[0, 0, 0], [255, 255, 255]]] * 2, np.uint8)
    assert make_batch([ends], HOW)[0, 0].tolist() == [[-1] * 3, [1] * 3]


@pytest.mark.parametrize(("divisor", "offset"), [(127.5, -1.0), (255.0, 0.0), (127.0, -1.0)])
def test_what_was_a_divisor_and_an_offset_scales_as_ever(divisor, offset):
    # MobileNet, networks from scratch, Teachable Machine: archives promise what these bits give.
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    ever = values.astype(np.float32) / np.float32(divisor) + np.float32(offset)
    assert make_batch(list(values), Preprocessing.scaled(divisor, offset)).tobytes() == ever.tobytes()


# Keras's `imagenet_utils.preprocess_input`, modes "torch" and "caffe", in float64.
TORCH = Preprocessing(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
CAFFE = Preprocessing(mean=(103.939, 116.779, 123.68), std=(1.0, 1.0, 1.0), channel_order="bgr")


@pytest.mark.parametrize(
    ("how", "reference"),
    [
        (TORCH, lambda x: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]),
        (CAFFE, lambda x: x[..., ::-1] - [103.939, 116.779, 123.68]),
    ],
    ids=["torch", "caffe"],
)
def test_channels_are_scaled_and_ordered_as_other_networks_take_them(how, reference):
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 10, 3), np.uint8)
    batch = make_batch(list(images), how)
    assert batch.dtype == np.float32 and batch.flags.c_contiguous
    # Tolerance: float32 of values up to 3, and up to 256.
    np.testing.assert_allclose(batch, reference(images.astype(np.float64)), atol=1e-6 if how is TORCH else 3e-5)


@pytest.mark.parametrize(("interpolation", "resample"), [("bilinear", 2), ("bicubic", 3)])
@pytest.mark.parametrize("fit_mode", FIT_MODES)
def test_interpolation_and_crop_share_are_pillows(fit_mode, interpolation, resample):
    picture = Image.fromarray(smooth(160, 120))
    reference = {
        "crop": lambda: picture.crop((32, 12, 128, 108)).resize((64, 64), resample),  # 80 % of 120
        "central": lambda: picture.crop((16, 12, 144, 108)).resize((64, 64), resample),  # 80 % of each side
        "stretch": lambda: picture.resize((64, 64), resample),
        "pad": lambda: picture.resize((64, 48), resample),
    }[fit_mode]()
    fitted = fit_image(picture, Preprocessing(64, fit_mode, interpolation=interpolation, crop_share=0.8))
    fitted = fitted[8:56] if fit_mode == "pad" else fitted
    # `box` weighs the pixels around what is cut out too, a crop has none there: at the edge that is another value.
    inner = fitted[3:-3, 3:-3].astype(int) - np.asarray(reference)[3:-3, 3:-3]
    assert np.abs(inner).max() <= 1


def test_other_cards_scale_otherwise():
    pixels = np.full((2, 2, 3), 51, np.uint8)
    assert make_batch([pixels], Preprocessing.scaled(255.0, 0.0))[0, 0, 0, 0] == pytest.approx(0.2, abs=1e-7)
    machine = make_batch([pixels], Preprocessing.scaled(127.0, -1.0))[0, 0, 0, 0]
    assert machine == pytest.approx(51 / 127 - 1, abs=1e-7)


def test_pictures_in_any_memory_order_give_a_c_ordered_batch():
    image = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
    expected = make_batch([image, image], HOW)
    for same in (np.asfortranarray(image), np.repeat(image, 2, axis=1)[:, ::2], image[::-1, ::-1].copy()[::-1, ::-1]):
        batch = make_batch([same, same], HOW)
        assert batch.flags.c_contiguous and np.array_equal(batch, expected)


def test_the_pictures_themselves_stay_as_they_are():
    image = np.full((2, 2, 3), 7, np.uint8)
    make_batch([image], HOW)
    assert (image == 7).all()
