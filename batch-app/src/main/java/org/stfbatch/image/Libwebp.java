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
 * libwebp, which the binding carries in its jar. Java loads libraries from files only, so it is
 * written to a folder of this process's own below {@code java.io.tmpdir}, which is gone again when
 * loading is over: processes do not meet there, and a killed one leaves nothing. Thread safe.
 */
final class Libwebp {
  private static final String RESOURCE = "/native/Linux/x86_64/libwebp-imageio.so";

  /** Where the binding writes its copy. */
  private static final String BINDING_FOLDER = "com.luciad.imageio.webp.tmpdir";

  private final ImageReaderSpi plugin = new WebPImageReaderSpi();

  /** One for all: the binding never lets go of the memory behind one. */
  private final WebPReadParam defaults = new WebPReadParam();

  private Libwebp() {}

  /**
   * The library, loaded at the first call.
   *
   * @throws UnavailableException if it cannot be loaded, and then at every call
   */
  static Libwebp instance() throws UnavailableException {
    if (Holder.FAILURE != null) {
      throw new UnavailableException(Holder.FAILURE);
    }
    return Holder.LOADED;
  }

  /** This machine cannot run the library; no image is at fault. */
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
   * Pixels as 0xAARRGGBB, row by row, colours not multiplied by alpha.
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

  /** Loads once, and remembers why that failed. */
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
        // The binding writes to the console when it cannot load, and then fails with every image.
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
