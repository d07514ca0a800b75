#!/usr/bin/env python3
"""Draws 300 WebP pictures and records the pixels that Pillow, which is libwebp, makes of them: webp.zip beside this file.

Needs Pillow 9.4 with animations (Debian's python3-pil) and numpy. Seeded: files differ between runs only if the encoder does.
Each entry of the archive is a picture; index.json lists name, width, height and the SHA-256 of its RGB bytes.
"""
import hashlib, io, json, random, struct, zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

rng = random.Random(9)
noise = np.random.default_rng(9)


def picture(mode):
    """A gradient, shapes and a little noise, of a size that no block divides."""
    width, height = rng.randint(1, 56), rng.randint(1, 56)
    y, x = np.mgrid[0:height, 0:width]
    a, b, c = (rng.uniform(0.02, 0.4) for _ in range(3))
    planes = [128 + 110 * np.sin(a * x + i) * np.cos(b * y - i * c) for i in range(3)]
    pixels = np.stack(planes, -1) + noise.normal(0, rng.choice([0, 0, 3, 12]), (height, width, 3))
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(0, 4)):
        x0, y0 = rng.randint(0, width), rng.randint(0, height)
        shape = rng.choice([draw.ellipse, draw.rectangle])
        shape((x0, y0, x0 + rng.randint(1, 40), y0 + rng.randint(1, 40)), fill=tuple(rng.randrange(256) for _ in range(3)))
    if mode == "RGBA":
        alpha = Image.fromarray(np.uint8((x * 7 + y * 3) % 256))
        ImageDraw.Draw(alpha).rectangle((width // 3, height // 3, width // 2, height // 2), fill=0)
        image.putalpha(alpha)
    return image


def saved(image, **options):
    file = io.BytesIO()
    image.save(file, "WEBP", **options)
    return file.getvalue()


def chunk(name, payload):
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) & 1)


def three_bytes(value):
    return struct.pack("<I", value)[:3]


def offset_animation(still, size):
    """The still as the first of two frames, away from the corner of a larger canvas."""
    left, top = 2 * rng.randint(0, 8), 2 * rng.randint(0, 8)
    canvas = (left + size[0] + rng.randint(0, 9), top + size[1] + rng.randint(0, 9))
    at = 12
    chunks = b""
    while at < len(still):
        length = struct.unpack_from("<I", still, at + 4)[0]
        if still[at:at + 4] in (b"ALPH", b"VP8 ", b"VP8L"):
            chunks += still[at:at + 8 + length + (length & 1)]
        at += 8 + length + (length & 1)
    frame = b"".join(map(three_bytes, (left // 2, top // 2, size[0] - 1, size[1] - 1, 100))) + b"\0" + chunks
    header = struct.pack("<I", 0x12) + three_bytes(canvas[0] - 1) + three_bytes(canvas[1] - 1)
    body = b"WEBP" + chunk(b"VP8X", header) + chunk(b"ANIM", struct.pack("<IH", 0xFF336699, 0)) + chunk(b"ANMF", frame) * 2
    return b"RIFF" + struct.pack("<I", len(body)) + body


def drawn():
    for i in range(130):
        yield f"lossy-{i}", saved(picture("RGB"), quality=5 + 95 * i // 129, method=i % 7)
    for i in range(50):
        yield f"lossy-alpha-{i}", saved(picture("RGBA"), quality=5 + 95 * i // 49, method=i % 7, alpha_quality=100 - i, exact=i % 2 == 0)
    for i in range(40):
        yield f"lossless-{i}", saved(picture("RGB"), lossless=True, quality=i * 2, method=i % 7)
    for i in range(30):
        yield f"lossless-alpha-{i}", saved(picture("RGBA"), lossless=True, method=i % 7, exact=i % 2 == 0)
    for i in range(25):
        first = picture("RGBA" if i % 2 else "RGB")
        second = picture(first.mode).resize(first.size)
        yield f"animated-{i}", saved(first, save_all=True, append_images=[second], quality=4 + 4 * i, lossless=i % 5 == 0)
    for i in range(25):
        still = picture("RGBA" if i % 2 else "RGB")
        yield f"animated-offset-{i}", offset_animation(saved(still, quality=4 + 4 * i, lossless=i % 5 == 0), still.size)


index = []
with zipfile.ZipFile(Path(__file__).with_name("webp.zip"), "w", zipfile.ZIP_STORED) as archive:
    for name, data in drawn():
        rgb = Image.open(io.BytesIO(data)).convert("RGB")
        index.append({"file": name, "width": rgb.width, "height": rgb.height, "rgb_sha256": hashlib.sha256(rgb.tobytes()).hexdigest()})
        archive.writestr(zipfile.ZipInfo(name), data)
    archive.writestr(zipfile.ZipInfo("index.json"), json.dumps(index, indent=0), zipfile.ZIP_DEFLATED)
