package org.stfbatch.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Structure of a PNG file, read from its chunks before any is decoded.
 *
 * @param width in pixels
 * @param height in pixels
 * @param isPlainRgb whether pixels are stored as three bytes
 * @param sampleBytes bytes of a decoded pixel, all channels together
 * @param palette the colours of a palette picture, three bytes each; empty for others
 * @param whole a complete file with the same pixels
 */
record PngLayout(
    int width, int height, boolean isPlainRgb, int sampleBytes, byte[] palette, byte[] whole) {
  private static final int SIGNATURE = 8;
  private static final int CHUNK_HEADER = 8;
  private static final int CHECKSUM = 4;
  private static final int HEADER_END = SIGNATURE + CHUNK_HEADER + 13 + CHECKSUM;
  private static final byte[] END_CHUNK = {
    0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xae, 0x42, 0x60, (byte) 0x82
  };

  /** The chunks that determine the pixels. */
  private static final Set<String> PIXELS = Set.of("IHDR", "PLTE", "tRNS", "IDAT");

  private static final Set<String> PALETTE_PIXELS = Set.of("IHDR", "PLTE", "IDAT");

  private static final int RGB = 2;
  private static final int PALETTE = 3;

  static PngLayout parse(byte[] data) throws IOException {
    if (data.length < HEADER_END || !type(data, SIGNATURE).equals("IHDR")) {
      throw new IOException("it is cut off in its header");
    }
    ByteBuffer header = ByteBuffer.wrap(data);
    int depth = data[24];
    int kind = data[25];
    Chunks chunks = new Chunks(data, kind == PALETTE ? PALETTE_PIXELS : PIXELS);
    boolean hasAlpha = chunks.transparent && kind != PALETTE;
    // For palettes, the JDK's plug-in parses all chunks and fails on chunks that other decoders
    // skip, and on transparency before the palette.
    boolean asItIs = chunks.ended && kind != PALETTE;
    return new PngLayout(
        header.getInt(16),
        header.getInt(20),
        kind == RGB && depth == 8 && !hasAlpha,
        (channels(kind) + (hasAlpha ? 1 : 0)) * (depth > 8 ? 2 : 1),
        kind == PALETTE ? chunks.palette() : new byte[0],
        asItIs ? data : chunks.essential());
  }

  private static int channels(int kind) throws IOException {
    return switch (kind) {
      case 0, PALETTE -> 1;
      case RGB -> 3;
      case 4 -> 2;
      case 6 -> 4;
      default -> throw new IOException("its colour type is " + kind);
    };
  }

  private static String type(byte[] data, int chunk) {
    return new String(data, chunk + 4, 4, StandardCharsets.ISO_8859_1);
  }

  /** Reads the chunks up to the end of the file, or up to where it is truncated. */
  private static final class Chunks {
    private record Place(int payload, int length) {}

    private final byte[] data;
    private final Set<String> wanted;
    private final List<Place> essential = new ArrayList<>();
    private Place palette;
    private boolean transparent;
    private boolean ended;

    Chunks(byte[] data, Set<String> wanted) {
      this.data = data;
      this.wanted = wanted;
      ByteBuffer numbers = ByteBuffer.wrap(data);
      long at = SIGNATURE;
      while (at + CHUNK_HEADER <= data.length && !ended) {
        int start = (int) at;
        long length = numbers.getInt(start) & 0xffff_ffffL;
        at += CHUNK_HEADER + length + CHECKSUM;
        see(type(data, start), start + CHUNK_HEADER, length);
      }
    }

    private void see(String type, int payload, long length) {
      ended = type.equals("IEND");
      transparent |= type.equals("tRNS");
      if (wanted.contains(type)) {
        Place place = new Place(payload, (int) Math.min(length, data.length - payload));
        essential.add(place);
        palette = type.equals("PLTE") ? place : palette;
      }
    }

    private byte[] palette() throws IOException {
      if (palette == null) {
        throw new IOException("it has no palette");
      }
      return Arrays.copyOfRange(data, palette.payload(), palette.payload() + palette.length());
    }

    /** Returns a file of the needed chunks only. The plug-in checks no checksums. */
    private byte[] essential() {
      ByteArrayOutputStream file = new ByteArrayOutputStream(data.length + END_CHUNK.length);
      file.write(data, 0, SIGNATURE);
      for (Place place : essential) {
        file.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(place.length()).array());
        file.write(data, place.payload() - Integer.BYTES, Integer.BYTES + place.length());
        file.writeBytes(new byte[CHECKSUM]);
      }
      file.writeBytes(END_CHUNK);
      return file.toByteArray();
    }
  }
}
