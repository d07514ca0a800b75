package org.stfbatch.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Structure of a GIF's first frame: its position and colours. Parsing visits all blocks of the
 * frame, so that truncated data is found before any is decoded.
 *
 * @param indices a valid file that holds the frame's indices only
 * @param transparent index of the transparent colour, or -1
 * @param palette position of the colour table in {@code data}, or -1 if the file has none
 * @param colours number of entries of the colour table
 */
record GifLayout(
    byte[] data,
    byte[] indices,
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
  private static final int END = 0x3b;
  private static final int INTERLACED = 0x40;
  private static final int MOST_BITS = 12;

  int canvasWidth() {
    return Math.max(screenWidth, left + width);
  }

  int canvasHeight() {
    return Math.max(screenHeight, top + height);
  }

  /** Returns the colour as 0xRRGGBB; an index outside of the colour table is a level of gray. */
  int colour(int index) {
    if (palette < 0 || index >= colours) {
      return index << 16 | index << 8 | index;
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
      int flags = nextByte();
      seePalette(flags);
      int codes = at;
      boolean ended = skipPicture((long) width * height);
      // The JDK's plug-in clips indices that lie outside of the colour table.
      boolean asItIs = ended && (palette < 0 || colours >= 1 << data[codes]);
      return new GifLayout(
          data,
          asItIs ? data : indices(width, height, flags & INTERLACED, codes),
          screenWidth,
          screenHeight,
          left,
          top,
          width,
          height,
          transparent,
          palette,
          colours);
    }

    /** Returns a file with this frame only and a colour table that covers every index. */
    private byte[] indices(int width, int height, int interlaced, int codes) {
      int table = 3 * 256;
      ByteBuffer file = ByteBuffer.allocate(13 + table + 10 + at - codes + 2);
      file.order(ByteOrder.LITTLE_ENDIAN).put(data, 0, 6);
      file.putShort((short) width).putShort((short) height).put((byte) 0xf7).putShort((short) 0);
      file.put(new byte[table]).put((byte) IMAGE).putInt(0);
      file.putShort((short) width).putShort((short) height).put((byte) interlaced);
      file.put(data, codes, at - codes).put((byte) 0).put((byte) END);
      return file.array();
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

    /**
     * Skips the picture's blocks. As in Pillow, data after the end code is ignored, and no pixel
     * may be missing.
     *
     * @return whether an empty block terminates the picture
     */
    private boolean skipPicture(long pixels) throws IOException {
      int bits = nextByte();
      if (bits > MOST_BITS) {
        throw new IOException("its codes have " + bits + " bits");
      }
      GifCodes.Made made = new GifCodes(bits).made(data, at);
      boolean terminated = skipWholeBlocks();
      if (!terminated && !made.ended()) {
        throw new IOException("it is cut off");
      }
      if (made.pixels() < pixels) {
        throw new IOException("it has %d of its %d pixels".formatted(made.pixels(), pixels));
      }
      return terminated;
    }

    private boolean skipWholeBlocks() {
      while (at < data.length) {
        int length = data[at] & 0xff;
        if (length == 0) {
          return true;
        }
        if (at + 1 + length > data.length) {
          break;
        }
        at += 1 + length;
      }
      return false;
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
