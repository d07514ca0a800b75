package org.stfbatch.testing;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Array in NumPy's file format, versions 1.0 and 2.0, in C order: little-endian float32, int32,
 * int64 or uint8. Archives (.npz) are maps of such arrays.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR = Pattern.compile("'descr':\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

  private final String type;
  private final int[] shape;
  private final ByteBuffer data;

  private Npy(String type, int[] shape, ByteBuffer data) {
    this.type = type;
    this.shape = shape;
    this.data = data;
  }

  /** Reads a .npy file. */
  public static Npy read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Reads a .npz archive; the keys do not include ".npy". */
  public static Map<String, Npy> readArchive(Path file) {
    Map<String, Npy> arrays = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        arrays.put(
            entry.getName().replaceFirst("\\.npy$", ""),
            read(new ByteArrayInputStream(zip.readAllBytes())));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
    return arrays;
  }

  private static Npy read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    byte[] magic = data.readNBytes(MAGIC.length);
    int major = data.readUnsignedByte();
    data.readUnsignedByte();
    if (!Arrays.equals(magic, MAGIC) || major < 1 || major > 2) {
      throw new IOException("not a NumPy file of version 1 or 2");
    }
    int length =
        major == 1
            ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
            : Integer.reverseBytes(data.readInt());
    String header = new String(data.readNBytes(length), StandardCharsets.US_ASCII);
    if (!find(FORTRAN, header).equals("False")) {
      throw new IOException("Fortran order is not supported");
    }
    int[] shape =
        Arrays.stream(find(SHAPE, header).split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    ByteBuffer values = ByteBuffer.wrap(data.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    return new Npy(find(DESCR, header), shape, values);
  }

  private static String find(Pattern pattern, String header) throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IOException("unexpected header " + header);
    }
    return matcher.group(1);
  }

  public int[] shape() {
    return shape.clone();
  }

  /** Returns all values in C order. */
  public float[] floats() {
    requireType("<f4");
    float[] values = new float[size(Float.BYTES)];
    data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** Returns all values in C order. */
  public int[] ints() {
    requireType("<i4");
    int[] values = new int[size(Integer.BYTES)];
    data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  /** Returns all values in C order. */
  public long[] longs() {
    requireType("<i8");
    long[] values = new long[size(Long.BYTES)];
    data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
    return values;
  }

  /** Returns all values in C order. */
  public byte[] bytes() {
    requireType("|u1");
    byte[] values = new byte[size(1)];
    data.duplicate().get(values);
    return values;
  }

  private int size(int bytesPerValue) {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (data.capacity() != size * bytesPerValue) {
      throw new IllegalStateException(
          data.capacity() + " bytes do not fill shape " + Arrays.toString(shape));
    }
    return size;
  }

  private void requireType(String expected) {
    if (!type.equals(expected)) {
      throw new IllegalStateException("the array holds " + type + ", not " + expected);
    }
  }
}
