#!/usr/bin/env python3
"""Draws small pictures, takes bytes from their ends or makes them zero, and records what Pillow makes of each: tails.zip.

Needs Pillow 9.4 and numpy. Entries are as those of record_webp.py; "refused" and "code" stand where Pillow finds no picture.
"""
import hashlib, io, itertools, json, struct, zipfile, zlib
from pathlib import Path

import numpy as np
from PIL import Image

y, x = np.mgrid[0:23, 0:29]
RGB = Image.fromarray(np.uint8(np.stack([x * 8, y * 11, (x * y) % 256], -1)))
GRAY = RGB.convert("L")
PALETTE = RGB.quantize(40)
ALPHA = RGB.copy()
ALPHA.putalpha(GRAY)


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def decoded(data):
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except Exception:
        return None


def pictures():
    for name, image in (("rgb", RGB), ("gray", GRAY), ("palette", PALETTE), ("rgba", ALPHA), ("bilevel", GRAY.convert("1"))):
        yield f"png-{name}", saved(image, "PNG"), 30
    yield "png-palette-transparent", saved(PALETTE, "PNG", transparency=3), 30
    yield "gif", saved(PALETTE, "GIF"), 8
    yield "gif-animated", saved(PALETTE, "GIF", save_all=True, append_images=[PALETTE.rotate(90)]), 8
    yield "gif-gray", saved(GRAY, "GIF", interlace=0), 8
    for name, image in (("rgb", RGB), ("gray", GRAY), ("palette", PALETTE), ("rgba", ALPHA), ("bilevel", GRAY.convert("1"))):
        yield f"bmp-{name}", saved(image, "BMP"), 5


def variants():
    for name, data, reach in pictures():
        for n in (n for n in (1, 2, 3, 4, 5, 6, 11, 12, 13, 16, 17, 20, 22, 29) if n < reach):
            yield f"{name}-cut-{n}", data[:-n]
        for n in (1, 2, 3, 12, 16):
            if n < reach:
                yield f"{name}-zero-{n}", data[:-n] + bytes(n)
            if n < min(reach, 3):
                yield f"{name}-rubbish-{n}", data[:-n] + b"\x7f" * n
        yield f"{name}-then-more", data + b"more of something else" * 3
    for quality in (30, 75, 95):
        for name, image, options in (
            ("420", RGB, {}), ("444", RGB, {"subsampling": 0}), ("gray", GRAY, {}),
            ("cmyk", RGB.convert("CMYK"), {}), ("progressive", RGB, {"progressive": True})):
            data = saved(image, "JPEG", quality=quality, **options)
            for tail, end in (("cut-2", b""), ("zero-2", bytes(2)), ("zero-40", bytes(40)), ("half-end", b"\xff")):
                complete = None if name == "progressive" else data
                yield f"jpeg-{name}-{quality}-{tail}", data[:-2] + end, complete
            yield f"jpeg-{name}-{quality}-cut-9", data[:-9]
            yield f"jpeg-{name}-{quality}-half", data[:len(data) // 2 + 200]


def outside():
    """Palettes of sixteen colours, indexes up to 252."""
    image = Image.new("P", (8, 8))
    image.putdata([4 * i for i in range(64)])
    image.putpalette([v for i in range(16) for v in (200, 10 + i, 5)])
    yield "outside-bmp", saved(image, "BMP")
    image.putpalette([v for i in range(256) for v in (200, (10 + i) % 256, 5)])
    png = saved(image, "PNG")
    at = png.index(b"PLTE")
    chunk = b"PLTE" + png[at + 4:at + 52]
    yield "outside-png", png[:at - 4] + struct.pack(">I", 48) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[at + 4 + 768 + 4:]
    gif = saved(image, "GIF", optimize=False)
    if gif[10] & 0x87 == 0x87:
        yield "outside-gif", gif[:10] + bytes([gif[10] & 0xf8 | 3]) + gif[11:13 + 48] + gif[13 + 768:]


index = []
with zipfile.ZipFile(Path(__file__).with_name("tails.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data, *complete in itertools.chain(variants(), outside()):
        # With no pixel missing, Pillow reads a JPEG without its end or not, as its bit buffer happens to be filled.
        rgb = decoded(data) or (decoded(complete[0]) if complete and complete[0] else None)
        if rgb is None:
            entry = {"file": name, "refused": "is a broken", "code": "IMAGE_DECODE"}
        else:
            entry = {"file": name, "width": rgb.width, "height": rgb.height, "rgb_sha256": hashlib.sha256(rgb.tobytes()).hexdigest()}
        index.append(entry)
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    archive.writestr(zipfile.ZipInfo("index.json"), json.dumps(index, indent=0), zipfile.ZIP_DEFLATED)
