package org.stfbatch.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The segments before a JPEG's first scan, and the interpretation of its samples as colours by the
 * rules of the IJG library.
 *
 * @param bits bits of a sample
 * @param components number of components in the frame
 * @param colours meaning of the components
 * @param tallChroma whether the picture is YCbCr with chroma at full horizontal and half vertical
 *     resolution (4:4:0)
 * @param hasOneScan whether the first scan holds all data of all components
 * @param stripped the file without application data and comments
 */
record JpegHeader(
    int width,
    int height,
    int bits,
    int components,
    Colours colours,
    boolean tallChroma,
    boolean hasOneScan,
    byte[] stripped) {

  /** The meaning of the components. */
  enum Colours {
    GRAY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

  /** The last of the frame types with Huffman coding: baseline, extended and progressive. */
  private static final int LAST_DCT = 0xc2;

  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;

  static JpegHeader parse(byte[] data) throws IOException {
    return new Parser(data).parse();
  }

  private static final class Parser {
    private final byte[] data;
    private final ByteArrayOutputStream kept;
    private int frame = -1; // start of the frame header's payload
    private boolean isSequential;
    private boolean jfif;
    private int adobeTransform = -1;

    Parser(byte[] data) {
      this.data = data;
      this.kept = new ByteArrayOutputStream(data.length);
    }

    JpegHeader parse() throws IOException {
      kept.write(data, 0, 2);
      int at = 2;
      while (true) {
        int marker = nextMarker(at);
        int type = byteAt(marker + 1);
        if (type >= 0xd0 && type <= SOI || type == 0x01) {
          at = marker + 2;
          continue;
        }
        if (type == EOI) {
          throw new IOException("it ends before the picture");
        }
        int length = shortAt(marker + 2);
        int end = marker + 2 + length;
        if (length < 2 || end > data.length) {
          throw new IOException("it is cut off in its header");
        }
        if (type == SOS) {
          kept.write(data, marker, data.length - marker);
          return finished(byteAt(marker + 4));
        }
        see(type, marker + 4, length - 2);
        if (!(type >= APP0 && type <= APP15) && type != COM) {
          kept.write(data, marker, end - marker);
        }
        at = end;
      }
    }

    /** Returns the position of the next 0xff that a marker's type follows. */
    private int nextMarker(int from) throws IOException {
      int at = from;
      while (byteAt(at) != 0xff || byteAt(at + 1) == 0xff || byteAt(at + 1) == 0) {
        at++;
      }
      return at;
    }

    private void see(int type, int at, int length) throws IOException {
      if (isFrame(type)) {
        if (frame >= 0) {
          throw new IOException("it has two frame headers");
        }
        if (type > LAST_DCT) {
          throw new UnsupportedPictureException(
              "a coding that is lossless, hierarchical or arithmetic (SOF %d)"
                  .formatted(type - 0xc0));
        }
        frame = at;
        isSequential = type <= 0xc1;
      } else if (type == APP0 && length >= 14 && hasName(at, "JFIF\0")) {
        jfif = true;
      } else if (type == APP14 && length >= 12 && hasName(at, "Adobe")) {
        adobeTransform = byteAt(at + 11);
      }
    }

    private static boolean isFrame(int type) {
      return type >= 0xc0 && type <= 0xcf && type != 0xc4 && type != 0xc8 && type != 0xcc;
    }

    private boolean hasName(int at, String name) {
      byte[] expected = name.getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < expected.length; i++) {
        if (data[at + i] != expected[i]) {
          return false;
        }
      }
      return true;
    }

    private JpegHeader finished(int componentsOfScan) throws IOException {
      if (frame < 0) {
        throw new IOException("it has no frame header");
      }
      int components = byteAt(frame + 5);
      return new JpegHeader(
          shortAt(frame + 3),
          shortAt(frame + 1),
          byteAt(frame),
          components,
          colours(components),
          components == 3 && hasTallChroma(),
          isSequential && componentsOfScan == components,
          kept.toByteArray());
    }

    private Colours colours(int components) throws IOException {
      return switch (components) {
        case 1 -> Colours.GRAY;
        case 3 -> threeColours();
        case 4 -> adobeTransform <= 0 ? Colours.CMYK : Colours.YCCK;
        default -> throw new IOException("it has " + components + " colour components");
      };
    }

    private Colours threeColours() throws IOException {
      if (jfif) {
        return Colours.YCC;
      }
      if (adobeTransform >= 0) {
        return adobeTransform == 0 ? Colours.RGB : Colours.YCC;
      }
      boolean named = componentId(0) == 'R' && componentId(1) == 'G' && componentId(2) == 'B';
      return named ? Colours.RGB : Colours.YCC;
    }

    private boolean hasTallChroma() throws IOException {
      int luma = sampling(0);
      int halfRows = luma & 0xf0 | (luma & 0x0f) / 2;
      return (luma & 0x01) == 0 && sampling(1) == halfRows && sampling(2) == halfRows;
    }

    /** Returns the sampling factors: horizontal in the high four bits, vertical in the low ones. */
    private int sampling(int component) throws IOException {
      return byteAt(frame + 7 + 3 * component);
    }

    private int componentId(int component) throws IOException {
      return byteAt(frame + 6 + 3 * component);
    }

    private int byteAt(int at) throws IOException {
      if (at >= data.length) {
        throw new IOException("it is cut off in its header");
      }
      return data[at] & 0xff;
    }

    private int shortAt(int at) throws IOException {
      return byteAt(at) << 8 | byteAt(at + 1);
    }
  }
}
