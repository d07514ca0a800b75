"""Writes the recorded shards of this folder: python record_shards.py (needs GNU tar).

Each shard has the same samples: drawn PNG files of 3 x 2 pixels with a .txt or .json beside them. The names
of some are too long for a tar header, or not ASCII.
"""

import json
import os
import struct
import subprocess
import tarfile
import tempfile
import zlib

LONG = "a-folder-with-a-rather-long-name/" * 5
HERE = os.path.dirname(os.path.abspath(__file__))


def png(colour):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * 3) * 2
    header = struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


MEMBERS = [
    ("000.png", png((255, 0, 0))),
    ("000.txt", b"Which colour?\n"),
    ("001.json", json.dumps({"text": "What is it?", "question_id": 7}).encode()),
    ("001.png", png((0, 255, 0))),
    (LONG + "002.png", png((0, 0, 255))),
    (LONG + "002.txt", b"Is it blue?"),
    ("\u00e4\u4f60/003.seg.png", b"no image of its own"),
    ("\u00e4\u4f60/003.png", png((9, 9, 9))),
    ("\u00e4\u4f60/003.txt", "Ist es gr\u00fcn?".encode()),
]


def write(folder):
    for name, data in MEMBERS:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, (1.5e9 + 0.25, 1.5e9 + 0.25))


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        names = [name for name, _ in MEMBERS]
        for form in ("gnu", "pax"):
            out = os.path.join(HERE, f"gnu-tar-{form}.tar")
            owner = ["--owner=0", "--group=0", "--numeric-owner"]
            subprocess.run(["tar", f"--format={form}", *owner, "-cf", out, *names], cwd=folder, check=True)
        short = [name for name in names if len(name) < 100 and name.isascii()]
        out = os.path.join(HERE, "gnu-tar-ustar.tar")
        subprocess.run(["tar", "--format=ustar", *owner, "-cf", out, *short], cwd=folder, check=True)
        with tarfile.open(os.path.join(HERE, "python.tar"), "w") as tar:
            for name in names:
                tar.add(os.path.join(folder, name), arcname=name, filter=anonymous)


def anonymous(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


if __name__ == "__main__":
    main()
