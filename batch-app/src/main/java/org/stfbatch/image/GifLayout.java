package org.stfbatch.image;

import java.io.IOException;

/**
 * Where the first frame of a GIF lies and what its colours are. Parsing walks over all blocks of
 * the frame, so data that ends early is found before any is decoded.
 *
 * @param transparent index of the transparent colour, or -1
 * @param palette position of the colour table in {@code data}, or -1 if there is none
 * @param colours entries of the colour table
 */
record GifLayout(
    byte[] data,
    int screenWidth,
    int screenHeight,
    int left,
    int top,
    int width,
    int height,
    int transparent,
    int palette,
    int colours) {

  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int IMAGE = 0x2c;

  int canvasWidth() {
    return Math.max(screenWidth, left + width);
  }

  int canvasHeight() {
    return Math.max(screenHeight, top + height);
  }

  /** 0xRRGGBB; without a colour table, indices are levels of gray. */
  int colour(int index) {
    if (palette < 0) {
      return index << 16 | index << 8 | index;
    }
    if (index >= colours) {
      return 0;
    }
    int at = palette + 3 * index;
    return (data[at] & 0xff) << 16 | (data[at + 1] & 0xff) << 8 | data[at + 2] & 0xff;
  }

  static GifLayout parse(byte[] data) throws IOException {
    return new Walk(data).toFirstFrame();
  }

  private static final class Walk {
    private final byte[] data;
    private int at = 6;
    private int palette = -1;
    private int colours;
    private int transparent = -1;

    Walk(byte[] data) {
      this.data = data;
    }

    GifLayout toFirstFrame() throws IOException {
      int screenWidth = nextShort();
      int screenHeight = nextShort();
      int flags = nextByte();
      at += 2;
      seePalette(flags);
      int block = nextByte();
      while (block == EXTENSION) {
        seeExtension();
        block = nextByte();
      }
      if (block != IMAGE) {
        throw new IOException("it holds no picture");
      }
      return frame(screenWidth, screenHeight);
    }

    private GifLayout frame(int screenWidth, int screenHeight) throws IOException {
      int left = nextShort();
      int top = nextShort();
      int width = nextShort();
      int height = nextShort();
      seePalette(nextByte());
      nextByte(); // initial code size
      skipBlocks();
      return new GifLayout(
          data, screenWidth, screenHeight, left, top, width, height, transparent, palette, colours);
    }

    private void seePalette(int flags) throws IOException {
      if ((flags & 0x80) != 0) {
        palette = at;
        colours = 2 << (flags & 7);
        at += 3 * colours;
        requireUpTo(at);
      }
    }

    private void seeExtension() throws IOException {
      if (nextByte() == GRAPHIC_CONTROL) {
        requireUpTo(at + 5);
        boolean hasTransparent = (data[at + 1] & 1) != 0;
        transparent = hasTransparent ? data[at + 4] & 0xff : -1;
      }
      skipBlocks();
    }

    private void skipBlocks() throws IOException {
      for (int length = nextByte(); length > 0; length = nextByte()) {
        at += length;
      }
    }

    private int nextByte() throws IOException {
      requireUpTo(at + 1);
      return data[at++] & 0xff;
    }

    private int nextShort() throws IOException {
      return nextByte() | nextByte() << 8;
    }

    private void requireUpTo(int end) throws IOException {
      if (end > data.length) {
        throw new IOException("it is cut off");
      }
    }
  }
}
