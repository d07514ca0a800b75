package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * From the bytes of an image file to RGB. Thread safe.
 *
 * <p>The format is told by the first bytes. The size is read from the header and checked before any
 * pixel is decoded. Whatever broken data makes the libraries throw becomes an {@link
 * ImageException}.
 */
final class ImageDecoder {
  private final PixelLimit limit;
  private final Map<ImageFormat, Codec> codecs = new EnumMap<>(ImageFormat.class);

  ImageDecoder(long maxPixels) {
    ImageIO.setUseCache(false); // plug-ins that open streams of their own would write to disk
    limit = new PixelLimit(maxPixels);
    codecs.put(ImageFormat.JPEG, new JpegCodec());
    codecs.put(
        ImageFormat.PNG,
        new ImageIoCodec(ImageIoCodec.builtIn("com.sun.imageio.plugins.png.PNGImageReaderSpi")));
    codecs.put(ImageFormat.GIF, new GifCodec());
    codecs.put(ImageFormat.WEBP, new WebpCodec());
    codecs.put(ImageFormat.BMP, new ImageIoCodec(new BMPImageReaderSpi()));
    codecs.put(ImageFormat.TIFF, new ImageIoCodec(new TIFFImageReaderSpi()));
  }

  /**
   * The first picture in {@code data}.
   *
   * @param name for messages
   * @throws ImageException IMAGE_FORMAT, IMAGE_DECODE or IMAGE_TOO_LARGE
   */
  RgbImage decode(byte[] data, String name) throws ImageException {
    if (data.length == 0) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_DECODE, name + " is empty: replace the file");
    }
    ImageFormat format =
        ImageFormat.of(data)
            .orElseThrow(
                () ->
                    ImageException.permanent(
                        ImageErrorCode.IMAGE_FORMAT,
                        name
                            + " is no JPEG, PNG, WebP, GIF, BMP or TIFF image: convert it to one"));
    try {
      return codecs.get(format).decode(data, limit);
    } catch (PixelLimit.ExceededException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_TOO_LARGE, name + " has " + e.getMessage() + ": shrink it", e);
    } catch (OutOfMemoryError e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_TOO_LARGE,
          name + " does not fit into memory: shrink it or give Java more (-Xmx)",
          e);
    } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_DECODE,
          name + " is a broken " + format + " image (" + reason(e) + "): replace the file",
          e);
    }
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return e instanceof IOException && message != null && !message.isBlank()
        ? message.lines().findFirst().orElse(message).strip()
        : e.getClass().getSimpleName();
  }
}
