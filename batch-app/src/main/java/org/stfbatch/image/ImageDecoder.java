package org.stfbatch.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.imageio.ImageIO;

/**
 * Decodes image files to RGB. Thread safe.
 *
 * <p>The format is detected by its signature. The size is read from the header and checked before
 * any pixel is decoded. Whatever broken data makes the libraries throw becomes an {@link
 * ImageException}. Images that do not fit into memory together are decoded one after the other.
 */
final class ImageDecoder {
  private static final double NANOS = 1e9;
  private static final long MEGABYTE = 1 << 20;

  private final PixelLimit limit;
  private final HeapRoom room;
  private final Map<ImageFormat, Codec> codecs = new EnumMap<>(ImageFormat.class);
  private final LongAdder nanos = new LongAdder();

  ImageDecoder(long maxPixels) {
    this(maxPixels, HeapRoom.ofThisProcess());
  }

  ImageDecoder(long maxPixels, HeapRoom room) {
    ImageIO.setUseCache(false); // else plug-ins would write temporary files
    this.limit = new PixelLimit(maxPixels);
    this.room = room;
    codecs.put(ImageFormat.JPEG, new JpegCodec());
    codecs.put(ImageFormat.PNG, new PngCodec());
    codecs.put(ImageFormat.GIF, new GifCodec());
    codecs.put(ImageFormat.WEBP, new WebpCodec());
    codecs.put(ImageFormat.BMP, new BmpCodec());
    codecs.put(ImageFormat.TIFF, new TiffCodec());
  }

  /**
   * Decodes the first picture in {@code data} and applies {@code use} while both are within the
   * heap budget.
   *
   * @param name for messages
   * @param use reduces the picture to something smaller; is called again if memory did not suffice
   * @throws ImageException IMAGE_FORMAT, IMAGE_DECODE or IMAGE_TOO_LARGE
   * @throws InterruptedException if interrupted while waiting for memory
   */
  <T> T decode(byte[] data, String name, Function<RgbImage, T> use)
      throws ImageException, InterruptedException {
    ImageFormat format = format(data, name);
    EncodedImage image = guarded(name, format, () -> codecs.get(format).open(data, limit));
    long needed = image.heapBytes() + data.length;
    try {
      return room.run(needed, () -> use.apply(timed(name, format, image)));
    } catch (OutOfMemoryError e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_TOO_LARGE,
          ("%s has %dx%d pixels, which do not fit into memory: give Java about %d MB"
                  + " (JAVA_OPTS=-Xmx%4$dm), or shrink it")
              .formatted(name, image.width(), image.height(), sufficientHeap(needed) / MEGABYTE),
          e);
    }
  }

  /** Returns the seconds spent on decoding so far, summed over threads. */
  double seconds() {
    return nanos.sum() / NANOS;
  }

  /**
   * Returns a heap size that suffices for the image beside the program. Large arrays lie in the old
   * generation, which is two thirds of the heap.
   */
  private static long sufficientHeap(long needed) {
    long program = 128 * MEGABYTE;
    long step = 100 * MEGABYTE;
    return ((needed + program) * 3 / 2 + step - 1) / step * step;
  }

  private RgbImage timed(String name, ImageFormat format, EncodedImage image)
      throws ImageException {
    long started = System.nanoTime();
    try {
      return guarded(name, format, () -> image.decoding().decode());
    } finally {
      nanos.add(System.nanoTime() - started);
    }
  }

  private static ImageFormat format(byte[] data, String name) throws ImageException {
    if (data.length == 0) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_DECODE, name + " is empty: replace the file and use retry");
    }
    return ImageFormat.of(data)
        .orElseThrow(
            () ->
                ImageException.permanent(
                    ImageErrorCode.IMAGE_FORMAT,
                    name + " is no JPEG, PNG, WebP, GIF, BMP or TIFF image: convert it to one"));
  }

  /** A step that reads a file's data. */
  @FunctionalInterface
  private interface Reading<T> {
    T run() throws IOException;
  }

  private static <T> T guarded(String name, ImageFormat format, Reading<T> reading)
      throws ImageException {
    try {
      return reading.run();
    } catch (PixelLimit.ExceededException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_TOO_LARGE, name + " has " + e.getMessage() + ": shrink it", e);
    } catch (Libwebp.UnavailableException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_FORMAT, name + " is a WebP image, and " + e.getMessage(), e);
    } catch (UnsupportedPictureException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_FORMAT,
          name
              + " is a "
              + format
              + " image with "
              + e.getMessage()
              + ", which is not supported: convert it to PNG or JPEG",
          e);
    } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
      requireMemory(e);
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_DECODE,
          name
              + " is a broken "
              + format
              + " image ("
              + reason(e)
              + "): replace the file and use retry",
          e);
    }
  }

  /** Rethrows an OutOfMemoryError that a library wrapped: the file is not broken then. */
  private static void requireMemory(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError memory) {
        throw memory;
      }
    }
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    if (e instanceof EOFException) {
      return "it is cut off";
    }
    return e instanceof IOException && message != null && !message.isBlank()
        ? message.lines().findFirst().orElse(message).strip()
        : "its data contradicts itself";
  }
}
