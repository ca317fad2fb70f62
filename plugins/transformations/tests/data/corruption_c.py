"""Writes corruption_c.txt: some pixels of what the published code of ImageNet-C and CIFAR-10-C makes of a fixed image.

The functions are those of imagenet_c/corruptions.py and make_cifar_c.py of https://github.com/hendrycks/robustness (Apache License 2.0)
with the final conversion to 8 bits left out; `multichannel=True` is spelled `channel_axis=2`, as scikit-image now wants it. Pixelation and
JPEG work on 8-bit images and so carry that rounding.

Run: pip install numpy scipy scikit-image opencv-python-headless pillow; python corruption_c.py > corruption_c.txt
A line: constants, corruption, severity, then SAMPLES pixels as floats, the k-th at index (k * STRIDE) mod (3 H W) of the 3 x H x W image.
"""

from io import BytesIO

import cv2
import numpy as np
import skimage as sk
from PIL import Image
from scipy.ndimage import zoom as scizoom
from skimage.filters import gaussian

SAMPLES = 96
STRIDE = 1009

CONSTANTS = {
    "cifar": {
        "gaussian_blur": [.4, .6, 0.7, .8, 1],
        "defocus_blur": [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
        "zoom_blur": [np.arange(1, 1.06, 0.01), np.arange(1, 1.11, 0.01), np.arange(1, 1.16, 0.01),
                      np.arange(1, 1.21, 0.01), np.arange(1, 1.26, 0.01)],
        "brightness": [.05, .1, .15, .2, .3],
        "contrast": [.75, .5, .4, .3, 0.15],
        "saturate": [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)],
        "pixelate": [0.95, 0.9, 0.85, 0.75, 0.65],
        "jpeg_compression": [80, 65, 58, 50, 40],
    },
    "imagenet": {
        "gaussian_blur": [1, 2, 3, 4, 6],
        "defocus_blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
        "zoom_blur": [np.arange(1, 1.11, 0.01), np.arange(1, 1.16, 0.01), np.arange(1, 1.21, 0.02),
                      np.arange(1, 1.26, 0.02), np.arange(1, 1.31, 0.03)],
        "brightness": [.1, .2, .3, .4, .5],
        "contrast": [0.4, .3, .2, .1, .05],
        "saturate": [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)],
        "pixelate": [0.6, 0.5, 0.4, 0.3, 0.25],
        "jpeg_compression": [25, 18, 15, 10, 7],
    },
}


def disk(radius, alias_blur=0.1, dtype=np.float32):
    if radius <= 8:
        L = np.arange(-8, 8 + 1)
        ksize = (3, 3)
    else:
        L = np.arange(-radius, radius + 1)
        ksize = (5, 5)
    X, Y = np.meshgrid(L, L)
    aliased_disk = np.array((X ** 2 + Y ** 2) <= radius ** 2, dtype=dtype)
    aliased_disk /= np.sum(aliased_disk)
    return cv2.GaussianBlur(aliased_disk, ksize=ksize, sigmaX=alias_blur)


def clipped_zoom(img, zoom_factor):
    h = img.shape[0]
    ch = int(np.ceil(h / zoom_factor))
    top = (h - ch) // 2
    img = scizoom(img[top:top + ch, top:top + ch], (zoom_factor, zoom_factor, 1), order=1)
    trim_top = (img.shape[0] - h) // 2
    return img[trim_top:trim_top + h, trim_top:trim_top + h]


def gaussian_blur(x, c):
    return np.clip(gaussian(x / 255., sigma=c, channel_axis=2), 0, 1)


def defocus_blur(x, c):
    x, kernel = x / 255., disk(radius=c[0], alias_blur=c[1])
    channels = [cv2.filter2D(x[:, :, d], -1, kernel) for d in range(3)]
    return np.clip(np.array(channels).transpose((1, 2, 0)), 0, 1)


def zoom_blur(x, c):
    x = (x / 255.).astype(np.float32)
    out = np.zeros_like(x)
    for zoom_factor in c:
        out += clipped_zoom(x, zoom_factor)
    return np.clip((x + out) / (len(c) + 1), 0, 1)


def brightness(x, c):
    x = sk.color.rgb2hsv(x / 255.)
    x[:, :, 2] = np.clip(x[:, :, 2] + c, 0, 1)
    return np.clip(sk.color.hsv2rgb(x), 0, 1)


def contrast(x, c):
    x = x / 255.
    means = np.mean(x, axis=(0, 1), keepdims=True)
    return np.clip((x - means) * c + means, 0, 1)


def saturate(x, c):
    x = sk.color.rgb2hsv(x / 255.)
    x[:, :, 1] = np.clip(x[:, :, 1] * c[0] + c[1], 0, 1)
    return np.clip(sk.color.hsv2rgb(x), 0, 1)


def pixelate(x, c):
    side = x.shape[0]
    x = Image.fromarray(x).resize((int(side * c), int(side * c)), Image.BOX).resize((side, side), Image.BOX)
    return np.array(x) / 255.


def jpeg_compression(x, c):
    output = BytesIO()
    Image.fromarray(x).save(output, "JPEG", quality=c)
    return np.array(Image.open(output)) / 255.


def picture(side):
    """Stripes, a ramp and speckles in whole numbers, H x W x 3."""
    pixels = np.zeros((side, side, 3), np.uint8)
    for channel in range(3):
        for row in range(side):
            for column in range(side):
                stripe = 100 if (2 * row + 3 * column) // 11 % 2 else 40
                ramp = 60 * (row * (2 - channel) + column * channel) // (2 * side)
                speckle = (row * 7919 + column * 104729 + channel * 1299709) % 61
                pixels[row, column, channel] = stripe + ramp + speckle
    return pixels


def main():
    functions = [gaussian_blur, defocus_blur, zoom_blur, brightness, contrast, saturate, pixelate, jpeg_compression]
    for constants, side in [("cifar", 32), ("imagenet", 73)]:
        for function in functions:
            for severity, c in enumerate(CONSTANTS[constants][function.__name__], 1):
                out = function(picture(side), c).transpose(2, 0, 1).ravel()
                values = [out[k * STRIDE % out.size] for k in range(SAMPLES)]
                print(constants, function.__name__, severity, *(f"{value:.6f}" for value in values))


main()
