package org.stfbatch.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.luciad.imageio.webp.WebPReadParam;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The native libwebp from the binding's jar. Java loads libraries from files only, so it is written
 * to a folder of this process below {@code java.io.tmpdir}, which is deleted as soon as the library
 * is loaded: processes do not conflict, and a killed process leaves nothing. Thread safe.
 */
final class Libwebp {
  private static final String RESOURCE = "/native/Linux/x86_64/libwebp-imageio.so";

  /** The property with the folder of the binding's copy. */
  private static final String BINDING_FOLDER = "com.luciad.imageio.webp.tmpdir";

  private final ImageReaderSpi plugin = new WebPImageReaderSpi();

  /** Shared: the binding never frees the native memory of a parameter object. */
  private final WebPReadParam defaults = new WebPReadParam();

  private Libwebp() {}

  /**
   * Returns the library; the first call loads it.
   *
   * @throws UnavailableException if it cannot be loaded; every later call throws it, too
   */
  static Libwebp instance() throws UnavailableException {
    if (Holder.FAILURE != null) {
      throw new UnavailableException(Holder.FAILURE);
    }
    return Holder.LOADED;
  }

  /** This machine cannot load the library; no image is broken. */
  static final class UnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    private UnavailableException(Throwable cause) {
      super(
          "libwebp cannot be loaded from "
              + System.getProperty("java.io.tmpdir")
              + ": name a folder that can be written to and allows executables"
              + " (JAVA_OPTS=-Djava.io.tmpdir=FOLDER)",
          cause);
    }
  }

  /**
   * Decodes to pixels 0xAARRGGBB, row by row, not premultiplied.
   *
   * @param bitstream VP8 or VP8L
   */
  int[] decode(byte[] bitstream) throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    try (ByteArrayImageInput input = new ByteArrayImageInput(bitstream)) {
      reader.setInput(input, false, true);
      return ((DataBufferInt) reader.read(0, defaults).getRaster().getDataBuffer()).getData();
    } catch (IOException e) {
      boolean cutOff = String.valueOf(e.getMessage()).contains("NotEnoughData");
      throw new IOException(cutOff ? "it is cut off" : "its bitstream is broken", e);
    } finally {
      reader.dispose();
    }
  }

  /** Loads the library once, and keeps the reason of a failure. */
  private static final class Holder {
    private static final Libwebp LOADED;
    private static final Throwable FAILURE;

    static {
      Libwebp loaded = null;
      Throwable failure = null;
      try {
        loaded = load();
      } catch (IOException | LinkageError e) {
        failure = e;
      }
      LOADED = loaded;
      FAILURE = failure;
    }

    private static Libwebp load() throws IOException {
      Path folder = Files.createTempDirectory("stf-batch-libwebp");
      try {
        // The binding itself would print a failure to the console and then fail with every image.
        System.load(written(folder).toString());
        System.setProperty(BINDING_FOLDER, folder.toString());
        return new Libwebp();
      } finally {
        delete(folder);
      }
    }

    private static Path written(Path folder) throws IOException {
      Path library = folder.resolve("libwebp-imageio.so").toAbsolutePath();
      try (InputStream in = WebPImageReaderSpi.class.getResourceAsStream(RESOURCE)) {
        if (in == null) {
          throw new IOException("the binding lacks " + RESOURCE);
        }
        Files.copy(in, library);
      }
      return library;
    }

    private static void delete(Path folder) throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : List.copyOf(files.toList())) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}
