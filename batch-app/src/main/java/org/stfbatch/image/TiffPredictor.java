package org.stfbatch.image;

import java.io.IOException;
import java.nio.ByteOrder;

/** Reverses TIFF predictors, which prepare samples for better compression. */
final class TiffPredictor {
  private static final int HORIZONTAL = 2;
  private static final int FLOATING = 3;

  private TiffPredictor() {}

  /** Reverses the predictor in place. Samples stay in the file's byte order. */
  static void undo(TiffLayout layout, byte[] segment, int rowBytes) throws IOException {
    switch (layout.predictor()) {
      case 1:
        return;
      case HORIZONTAL:
        if (layout.bits() % Byte.SIZE != 0 || layout.bits() > 32) {
          throw new UnsupportedPictureException(
              "a horizontal predictor for samples of " + layout.bits() + " bits");
        }
        for (int row = 0; row < segment.length; row += rowBytes) {
          undoDifferences(layout, segment, row, rowBytes);
        }
        return;
      case FLOATING:
        if (layout.format() != TiffLayout.FLOAT) {
          throw new IOException("its predictor is for floating point, and its samples are not");
        }
        byte[] copy = new byte[rowBytes];
        for (int row = 0; row < segment.length; row += rowBytes) {
          undoFloating(layout, segment, row, copy);
        }
        return;
      default:
        throw new UnsupportedPictureException("predictor " + layout.predictor());
    }
  }

  private static void undoDifferences(TiffLayout layout, byte[] data, int row, int rowBytes) {
    int bytes = layout.bits() / Byte.SIZE;
    int pixel = bytes * layout.samplesOfSegment();
    boolean little = layout.order() == ByteOrder.LITTLE_ENDIAN;
    for (int at = row + pixel; at + bytes <= row + rowBytes; at += bytes) {
      int carry = 0;
      for (int i = 0; i < bytes; i++) {
        int place = at + (little ? i : bytes - 1 - i);
        int sum = (data[place] & 0xff) + (data[place - pixel] & 0xff) + carry;
        data[place] = (byte) sum;
        carry = sum >> 8;
      }
    }
  }

  /**
   * Reverses the floating-point predictor: bytes are grouped by significance, highest first, and
   * stored as differences. libtiff treats big-endian samples as little-endian here, and so does
   * Pillow.
   */
  private static void undoFloating(TiffLayout layout, byte[] data, int row, byte[] copy) {
    int bytes = layout.bits() / Byte.SIZE;
    int samples = copy.length / bytes;
    int stride = layout.samplesOfSegment();
    for (int i = row + stride; i < row + copy.length; i++) {
      data[i] += data[i - stride];
    }
    System.arraycopy(data, row, copy, 0, copy.length);
    for (int sample = 0; sample < samples; sample++) {
      for (int i = 0; i < bytes; i++) {
        data[row + sample * bytes + bytes - 1 - i] = copy[i * samples + sample];
      }
    }
  }
}
