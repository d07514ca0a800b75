#!/usr/bin/env python3
"""Draws TIFF pictures of all kinds in all layouts, and records what Pillow makes of each: tiff.zip.

Needs Pillow 9.4, numpy and tiffcp (Debian's python3-pil, python3-numpy, libtiff-tools). Entries are as those of record_tails.py.
Each kind is written plainly here and brought into other layouts by tiffcp. Where Pillow cannot read a layout, or reads it wrongly,
though it can read the plain picture, the plain picture's pixels are expected; what differs knowingly is in EXPECTED.
"""
import hashlib, io, itertools, json, struct, subprocess, tempfile, zipfile, zlib
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 25, 19
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
R, G, B, A, K = x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), (x * y) % 256, (x * 13 + y * 5) % 256, (x + 2 * y) % 90
work = Path(tempfile.mkdtemp())


def tiff(tags, strips, order="<"):
    """Tags are {number: (type, values)}; the strips' places are filled in."""
    sizes = {1: "B", 3: "H", 4: "I", 5: "II", 12: "d"}
    tags = dict(tags)
    tags[273] = (4, [0] * len(strips))
    tags[279] = (4, [len(strip) for strip in strips])
    at = 8 + 2 + 12 * len(tags) + 4
    places, blobs = {}, b""
    packed = {}
    for pass_ in range(2):
        blobs, packed = b"", {}
        start = at
        for number in sorted(tags):
            kind, values = tags[number]
            data = struct.pack(order + sizes[kind] * (len(values) // (2 if kind == 5 else 1)), *values)
            if len(data) > 4:
                packed[number] = struct.pack(order + "I", start + len(blobs))
                blobs += data + b"\0" * (len(data) & 1)
            else:
                packed[number] = data.ljust(4, b"\0")
        offsets, place = [], start + len(blobs)
        for strip in strips:
            offsets.append(place)
            place += len(strip)
        tags[273] = (4, offsets)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + struct.pack(order + "H", len(tags))
    for number in sorted(tags):
        kind, values = tags[number]
        head += struct.pack(order + "HHI", number, kind, len(values) // (2 if kind == 5 else 1)) + packed[number]
    return head + struct.pack(order + "I", 0) + blobs + b"".join(strips)


def packed_bits(rows, bits):
    out = b""
    for row in rows:
        number = "".join(format(int(v), f"0{bits}b") for v in row)
        number += "0" * (-len(number) % 8)
        out += int(number, 2).to_bytes(len(number) // 8, "big")
    return out


def plain(planes, bits, photometric, order="<", form=1, extras=(), more=()):
    """Samples together, in strips of eight rows."""
    pixels = np.stack(planes, -1)
    strips = []
    for top in range(0, HEIGHT, 8):
        rows = pixels[top:top + 8].reshape(min(8, HEIGHT - top), -1)
        if form == 3:
            strips.append(rows.astype(order + f"f{bits // 8}").tobytes())
        elif bits < 8 or bits == 12:
            strips.append(packed_bits(rows, bits))
        else:
            strips.append(rows.astype(order + ("i" if form == 2 else "u") + str(bits // 8)).tobytes())
    tags = {256: (3, [WIDTH]), 257: (3, [HEIGHT]), 258: (3, [bits] * len(planes)), 259: (3, [1]), 262: (3, [photometric]),
            277: (3, [len(planes)]), 278: (3, [8]), 284: (3, [1])}
    if form != 1:
        tags[339] = (3, [form] * len(planes))
    if extras:
        tags[338] = (3, list(extras))
    tags.update(dict(more))
    return tiff(tags, strips, order)


def palette(bits, entries=None):
    count = entries or 1 << bits
    return {320: (3, [(i * 251 * 256 // count) for i in range(count)] + [(255 - i * 97 % 256) * 256 for i in range(count)] + [i * 77 % 256 * 257 for i in range(count)])}


def separate(planes, bits, order, more=()):
    """RGB in three planes of one strip each, deflated."""
    strips = [zlib.compress(plane.astype(order + f"u{bits // 8}").tobytes()) for plane in planes]
    tags = {256: (3, [WIDTH]), 257: (3, [HEIGHT]), 258: (3, [bits] * len(planes)), 259: (3, [8]), 262: (3, [2]), 277: (3, [len(planes)]),
            278: (3, [HEIGHT]), 284: (3, [2])}
    tags.update(dict(more))
    return tiff(tags, strips, order)


def ycc(columns, rows, order="<", more=(), deflated=True):
    """Chroma once a block, in strips of eight rows."""
    strips = []
    for top in range(0, HEIGHT, 8):
        strip = bytearray()
        for by in range(top, min(top + 8, HEIGHT), rows):
            for bx in range(0, WIDTH, columns):
                for dy, dx in itertools.product(range(rows), range(columns)):
                    strip.append(int(R[min(by + dy, HEIGHT - 1), min(bx + dx, WIDTH - 1)]))
                strip += bytes([int(G[by, bx]), int(B[by, bx])])
        strips.append(zlib.compress(bytes(strip)) if deflated else bytes(strip))
    tags = {256: (3, [WIDTH]), 257: (3, [HEIGHT]), 258: (3, [8] * 3), 259: (3, [8 if deflated else 1]), 262: (3, [6]), 277: (3, [3]), 278: (3, [8]),
            530: (3, [columns, rows])}
    tags.update(dict(more))
    return tiff(tags, strips, order)


def kinds():
    for order, end in (("<", "ii"), (">", "mm")):
        for photometric in (0, 1):
            for bits in (1, 2, 4, 8):
                yield f"gray{bits}-{photometric}-{end}", plain([R >> (8 - bits)], bits, photometric, order)
            yield f"gray12-{photometric}-{end}", plain([R * 16 + 7], 12, photometric, order)
            yield f"gray16-{photometric}-{end}", plain([R * 256 + 99], 16, photometric, order)
            yield f"float-{photometric}-{end}", plain([R * 1.3 - 20], 32, photometric, order, form=3)
            yield f"signed16-{photometric}-{end}", plain([R * 2 - 99], 16, photometric, order, form=2)
            yield f"signed32-{photometric}-{end}", plain([R * 2 - 99], 32, photometric, order, form=2)
            yield f"unsigned32-{photometric}-{end}", plain([R * 2 + (y == 3) * 2**31], 32, photometric, order)
        for extras in ((2,), (0,), (1,)):
            yield f"gray-alpha{extras[0]}-{end}", plain([R, A], 8, 1, order, extras=extras)
        for bits in (1, 2, 4, 8):
            yield f"palette{bits}-{end}", plain([R >> (8 - bits)], bits, 3, order, more=palette(bits))
        yield f"palette-short-{end}", plain([R], 8, 3, order, more=palette(8, 100))
        yield f"palette4-short-{end}", plain([R >> 4], 4, 3, order, more=palette(4, 9))
        yield f"palette-alpha-{end}", plain([R, A], 8, 3, order, extras=(2,), more=palette(8))
        for bits, scale in ((8, 1), (16, 256)):
            yield f"rgb{bits}-{end}", plain([R * scale, G * scale, B * scale], bits, 2, order)
            yield f"rgba{bits}-unsaid-{end}", plain([R * scale, G * scale, B * scale, A * scale], bits, 2, order)
            all_extras = ((0,), (1,), (2,), (999,), (0, 0), (1, 0), (2, 0), (0, 0, 0), (1, 0, 0), (2, 0, 0))
            for extras in all_extras[:10 if bits == 8 else 3]:
                planes = [R, G, B] + [A] * len(extras)
                name = "-".join(map(str, extras))
                yield f"rgb{bits}-extra-{name}-{end}", plain([p * scale for p in planes], bits, 2, order, extras=extras)
            yield f"cmyk{bits}-{end}", plain([p * scale for p in (R, G, B, K)], bits, 5, order)
            if bits == 8:
                yield f"cmyk8-extra-{end}", plain((R, G, B, K, A), bits, 5, order, extras=(0,))
            yield f"rgb{bits}-separate-{end}", separate([p * scale for p in (R, G, B)], bits, order)
            yield f"rgb{bits}-separate-extra-1-{end}", separate([p * scale for p in (R, G, B, A)], bits, order, {338: (3, [1])})
        for columns, rows in ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2), (1, 2)):
            yield f"ycc{columns}{rows}-{end}", ycc(columns, rows, order)
            yield f"ycc{columns}{rows}-plain-{end}", ycc(columns, rows, order, deflated=False)
        yield f"ycc-709-{end}", ycc(1, 1, order, {529: (5, [2125, 10000, 7154, 10000, 721, 10000])})
        yield f"ycc-video-{end}", ycc(2, 2, order, {532: (5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1])})
        for turn in (2, 3, 4, 6):
            yield f"ycc-turned{turn}-{end}", ycc(2, 2, order, {274: (3, [turn])})
        for turn in range(0, 10):
            yield f"turned{turn}-{end}", plain([R, G, B], 8, 2, order, more={274: (3, [turn])})
        yield f"turned6-gray16-{end}", plain([R * 256], 16, 1, order, more={274: (3, [6])})
    yield "no-photometric", plain([R >> 7], 1, 1).replace(struct.pack("<HHI", 262, 3, 1), struct.pack("<HHI", 263, 3, 1))
    for name, planes, bits, photometric, form in (
        ("signed8", [R], 8, 1, 2), ("float64", [R], 64, 1, 3), ("float16", [R], 16, 1, 3), ("rgb32", [R, G, B], 32, 2, 1),
        ("rgb-float", [R, G, B], 32, 2, 3), ("lab", [R, G, B], 8, 8, 1), ("icclab", [R, G, B], 8, 9, 1), ("gray64", [R], 64, 1, 1),
        ("palette16", [R], 16, 3, 1), ("cfa", [R], 16, 32803, 1), ("mask", [R >> 7], 1, 4, 1), ("rgb4", [R >> 4] * 3, 4, 2, 1)):
        yield name, plain(planes, bits, photometric, form=form, more=palette(8) if photometric == 3 else ())


LAYOUTS = {
    "big": ["-8", "-c", "none"],
    "big-lzw": ["-8", "-c", "lzw"],
    "lzw": ["-c", "lzw"], "lzw2": ["-c", "lzw:2"], "zip": ["-c", "zip"], "zip2": ["-c", "zip:2"], "zip3": ["-c", "zip:3"],
    "packbits": ["-c", "packbits"], "zstd": ["-c", "zstd"], "zstd2": ["-c", "zstd:2"], "lzma": ["-c", "lzma"],
    "separate": ["-p", "separate", "-c", "none"], "separate-lzw2": ["-p", "separate", "-c", "lzw:2"],
    "tiles": ["-t", "-w", "16", "-l", "16", "-c", "none"], "tiles-zip2": ["-t", "-w", "16", "-l", "32", "-c", "zip:2"],
    "tiles-separate-zip2": ["-t", "-w", "16", "-l", "16", "-p", "separate", "-c", "zip:2"],
    "one-strip": ["-r", "99", "-c", "none"], "reversed": ["-f", "lsb2msb", "-c", "none"], "reversed-lzw": ["-f", "lsb2msb", "-c", "lzw"],
    "swapped": ["-B", "-c", "none"], "swapped-zip2": ["-B", "-c", "zip:2"], "swapped-zip3": ["-B", "-c", "zip:3"],
    "g3": ["-c", "g3:1d"], "g3-2d": ["-c", "g3:2d:fill"], "g4": ["-c", "g4"], "reversed-g4": ["-f", "lsb2msb", "-c", "g4"],
    "jpeg": ["-r", "16", "-c", "jpeg"], "jpeg-raw": ["-r", "16", "-c", "jpeg:r"], "jpeg-tiles": ["-t", "-w", "16", "-l", "16", "-c", "jpeg"],
    "webp": ["-c", "webp:95"], "webp-tiles": ["-t", "-w", "16", "-l", "16", "-c", "webp:60"],
}


def layouts_of(name):
    kind = name.rsplit("-", 1)[0]
    if name.endswith("-mm") or name in ("no-photometric",) or kind.startswith("turned") and kind != "turned6":
        return []
    if "gray1-" in name:
        return ["big", "packbits", "lzw", "tiles", "reversed", "g3", "g3-2d", "g4", "reversed-g4", "zstd", "lzma"]
    if kind == "rgb8" or kind == "gray8-1":
        return [n for n in LAYOUTS if "g3" not in n and "g4" not in n and n != "zip3" and n != "swapped-zip3"
                and (kind == "rgb8" or "webp" not in n and "separate" not in n and n != "jpeg-raw")]
    if kind.startswith("rgb8-extra-2") or kind == "rgb8-extra-1":
        return ["lzw2", "separate", "tiles-separate-zip2", "big"] + (["webp"] if kind == "rgb8-extra-2" else [])
    if kind in ("float-1", "float-0"):
        return ["zip", "zip2", "zip3", "tiles", "swapped-zip3", "swapped-zip2", "lzma", "big-lzw"]
    if kind == "ycc11":
        return ["lzw", "zip2", "big", "tiles-zip2"]
    if kind in ("cmyk8",):
        return ["jpeg", "lzw2", "separate", "tiles-zip2"]
    if kind in ("gray16-1", "signed16-1", "signed32-1", "unsigned32-1", "rgb16", "rgb16-extra-1", "cmyk16"):
        return ["lzw2", "zip2", "swapped-zip2", "tiles-zip2", "big", "zstd2"]
    if kind in ("turned6", "palette4", "gray4-0", "gray12-1"):
        return ["lzw", "tiles", "reversed", "big"] + (["jpeg"] if kind == "turned6" else [])
    return []


def decoded(data):
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except Exception:
        return None


def gray(level):
    return Image.fromarray(np.uint8(level)).convert("RGB")


def turned(image, turn=6):
    turns = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 6: "ROTATE_270"}
    return image.transpose(Image.Transpose[turns[turn]])


# Gray of 12 and 16 bits is scaled, and inverted where it should be. A kind that Pillow reads in one order of bytes is read in both.
EXPECTED = {
    "gray12-0": gray(255 - R), "gray12-1": gray(R), "gray16-0": gray(255 - R), "gray16-1": gray(R), "turned6-gray16": turned(gray(R)),
    "unsigned32-1": gray(np.where(y == 3, 0, np.minimum(R * 2, 255))), "gray-alpha0": gray(R),
}
REFUSED = {
    "signed16-0": "signed sample of 16 bits a pixel in white-is-zero gray", "signed32-0": "in white-is-zero gray", "unsigned32-0": "in white-is-zero gray",
    "gray-alpha1": "2 unsigned samples of 8 bits a pixel in gray", "signed8": "1 signed sample of 8 bits a pixel in gray",
    "float64": "1 floating-point sample of 64 bits", "float16": "1 floating-point sample of 16 bits", "rgb32": "3 unsigned samples of 32 bits a pixel in RGB",
    "rgb-float": "3 floating-point samples of 32 bits a pixel in RGB", "lab": "CIELAB colours (photometric interpretation 8)",
    "icclab": "CIELAB colours (photometric interpretation 9)", "gray64": "1 unsigned sample of 64 bits", "palette16": "16 bits a pixel in a palette",
    "cfa": "raw camera data", "mask": "a transparency mask", "rgb4": "3 unsigned samples of 4 bits a pixel in RGB",
}


def variants():
    for name, data in kinds():
        yield name, name, data
        source = work / "source.tif"
        source.write_bytes(data)
        for layout in layouts_of(name):
            target = work / "target.tif"
            target.unlink(missing_ok=True)
            done = subprocess.run(["tiffcp", *LAYOUTS[layout], source, target], capture_output=True)
            if done.returncode == 0 and target.exists():
                yield f"{name}-{layout}", name, target.read_bytes()
            else:
                print("not written:", name, layout, done.stderr.decode()[:90])


index = []
with zipfile.ZipFile(Path(__file__).with_name("tiff.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
    plainly = {}
    for name, source, data in variants():
        kind = source.rsplit("-", 1)[0] if source[-3:] in ("-ii", "-mm") else source
        rgb = decoded(data)
        if name == source and "-plain" not in name:
            plainly[name] = rgb
        if kind in REFUSED:
            entry = {"file": name, "refused": REFUSED[kind], "code": "IMAGE_FORMAT"}
        else:
            lossy = "jpeg" in name or "webp" in name
            source = source.replace("-plain", "")
            twin = plainly.get(source) or plainly.get(source[:-2] + "ii")
            if kind.startswith("ycc-turned"):  # Pillow lets libtiff turn them first
                twin = turned(plainly["ycc22-ii"], int(kind[-1]))
            right = EXPECTED.get(kind) or (rgb if lossy else twin) or rgb
            if right is None:
                print("Pillow reads none of", name)
                continue
            if rgb is None or rgb.tobytes() != right.tobytes():
                print("Pillow" + (" does not read" if rgb is None else " reads differently"), name)
            entry = {"file": name, "width": right.width, "height": right.height, "rgb_sha256": hashlib.sha256(right.tobytes()).hexdigest()}
        index.append(entry)
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    archive.writestr(zipfile.ZipInfo("index.json"), json.dumps(index, indent=0), zipfile.ZIP_DEFLATED)
