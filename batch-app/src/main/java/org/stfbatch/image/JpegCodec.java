package org.stfbatch.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;

/**
 * JPEG decoder on the JDK's plug-in, which is the IJG library (release 6b, or libjpeg-turbo in the
 * JDKs of some Linux distributions), as Pillow's libjpeg-turbo is: the same inverse DCT, the same
 * smooth upsampling of chroma. Only raw components are taken from it. Conversion to RGB is done
 * here with the IJG's arithmetic, because ImageIO detects colour spaces differently and applies
 * embedded profiles.
 */
final class JpegCodec implements Codec {
  private static final byte[] END = {(byte) 0xff, (byte) 0xd9};

  /** Part of the IJG library's warning for entropy-coded data that ends before the last block. */
  private static final String TOO_EARLY = "premature end of data segment";

  private final ImageReaderSpi plugin =
      ImageIoCodec.builtIn("com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi");

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    JpegHeader header = JpegHeader.parse(data);
    limit.check(header.width(), header.height());
    if (header.bits() != 8) {
      throw new UnsupportedPictureException(header.bits() + " bits a sample");
    }
    // Three components are converted in place.
    int pixelBytes = header.components() == RGB ? RGB : header.components() + RGB;
    return new EncodedImage(
        header.width(),
        header.height(),
        (long) pixelBytes * header.width() * header.height() + header.stripped().length,
        () -> decode(header));
  }

  private RgbImage decode(JpegHeader header) throws IOException {
    return new RgbImage(header.width(), header.height(), toRgb(components(header), header));
  }

  /** Returns the components as stored, interleaved, upsampled to full size. */
  byte[] components(JpegHeader header) throws IOException {
    byte[] samples = readSamples(header);
    if (header.tallChroma()) {
      TallChroma.smooth(samples, header.width(), header.height());
    }
    return samples;
  }

  /**
   * Reads interleaved components, upsampled to full size. A file may lack its end marker if no
   * pixel is missing: the marker is appended, and the library warns if data is missing. In files of
   * several scans the end marker shows that there are no further scans.
   */
  private byte[] readSamples(JpegHeader header) throws IOException {
    byte[] samples = readSamples(header, header.stripped(), warning -> {});
    if (samples == null && header.hasOneScan()) {
      byte[] file = header.stripped();
      byte[] ended = Arrays.copyOf(file, file.length + END.length);
      System.arraycopy(END, 0, ended, file.length, END.length);
      List<String> warnings = new ArrayList<>();
      byte[] whole = readSamples(header, ended, warnings::add);
      samples = warnings.stream().anyMatch(w -> w.contains(TOO_EARLY)) ? null : whole;
    }
    if (samples == null) {
      throw new IOException("it is cut off");
    }
    return samples;
  }

  /** Returns null if the file ends before the library has read its end marker. */
  private byte[] readSamples(JpegHeader header, byte[] file, Consumer<String> warnings)
      throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    try (ByteArrayImageInput input = new ByteArrayImageInput(file)) {
      reader.addIIOReadWarningListener((source, warning) -> warnings.accept(warning));
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, null);
      if (input.isExhausted()) {
        return null;
      }
      byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
      if (samples.length != (long) header.components() * header.width() * header.height()) {
        throw new IOException("its frame does not have the announced size");
      }
      return samples;
    } finally {
      reader.dispose();
    }
  }

  private static byte[] toRgb(byte[] samples, JpegHeader header) {
    switch (header.colours()) {
      case RGB:
        return samples;
      case YCC:
        YccToRgb.convert(samples, 3);
        return samples;
      case GRAY:
        return repeated(samples);
      case YCCK:
        YccToRgb.convert(samples, 4);
        invertColours(samples);
        return inksToRgb(samples);
      default:
        return inksToRgb(samples);
    }
  }

  private static byte[] repeated(byte[] gray) {
    byte[] rgb = new byte[3 * gray.length];
    int out = 0;
    for (byte level : gray) {
      rgb[out++] = level;
      rgb[out++] = level;
      rgb[out++] = level;
    }
    return rgb;
  }

  /** Inverts the first three components of YCCK, which encode the complement of the inks. */
  private static void invertColours(byte[] samples) {
    for (int i = 0; i < samples.length; i += 4) {
      samples[i] ^= (byte) 0xff;
      samples[i + 1] ^= (byte) 0xff;
      samples[i + 2] ^= (byte) 0xff;
    }
  }

  /** Converts CMYK; as Pillow, treats every CMYK JPEG as Adobe's, where 255 means no ink. */
  private static byte[] inksToRgb(byte[] samples) {
    byte[] rgb = new byte[samples.length / 4 * 3];
    for (int in = 0, out = 0; in < samples.length; in += 4, out += 3) {
      Cmyk.toRgb(
          ~samples[in] & 0xff,
          ~samples[in + 1] & 0xff,
          ~samples[in + 2] & 0xff,
          ~samples[in + 3] & 0xff,
          rgb,
          out);
    }
    return rgb;
  }
}
