package org.stfbatch.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Small pictures in many formats, written and decoded by Pillow 9.4, and helpers. */
final class TestImages {
  private TestImages() {}

  /** One entry per file: file, width, height, rgb_sha256, lossy. */
  static List<JsonNode> index() {
    try {
      JsonNode images = new ObjectMapper().readTree(bytes("index.json")).get("images");
      return StreamSupport.stream(images.spliterator(), false).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(String file) {
    try (InputStream in = TestImages.class.getResourceAsStream("formats/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no test picture " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RgbImage decode(byte[] data) throws ImageException {
    return decode(new ImageDecoder(ImageLimits.DEFAULT_MAX_PIXELS), data, "test");
  }

  static RgbImage decode(ImageDecoder decoder, byte[] data, String name) throws ImageException {
    try {
      return decoder.decode(data, name, Function.identity());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }

  static RgbImage random(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static int maxDifference(byte[] a, byte[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " bytes against " + b.length);
    }
    int most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs((a[i] & 0xff) - (b[i] & 0xff)));
    }
    return most;
  }
}
