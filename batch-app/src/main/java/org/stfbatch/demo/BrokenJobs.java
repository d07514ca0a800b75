package org.stfbatch.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/** Jobs that cannot be answered, one for each defect that real collections have. */
final class BrokenJobs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "What is in the picture?";

  /** Offset and length of a PNG's first chunk, including its type; the checksum follows. */
  private static final int HEADER_AT = 12;

  private static final int HEADER_LENGTH = 17;
  private static final int HUGE = 200_000;

  /**
   * A line of the question file, and the code of its failure.
   *
   * @param line without a line break
   */
  record BrokenLine(String line, String expectedCode) {}

  private BrokenJobs() {}

  /** Writes the broken pictures and returns their question lines. */
  static List<BrokenLine> write(Path images, BufferedImage drawing) throws IOException {
    Path folder = Files.createDirectories(images.resolve("broken"));
    byte[] whole = PictureFormat.PNG.encode(drawing);
    Files.writeString(folder.resolve("text.jpg"), "This is not a picture.\n");
    Files.write(folder.resolve("cut-off.png"), Arrays.copyOf(whole, whole.length / 2));
    Files.write(folder.resolve("empty.png"), new byte[0]);
    Files.write(folder.resolve("huge.png"), withHugeHeader(whole));
    Files.write(images.resolveSibling("outside.png"), whole);
    return List.of(
        about("broken-missing", "broken/no-such-picture.png", "IMAGE_NOT_FOUND"),
        about("broken-text", "broken/text.jpg", "IMAGE_FORMAT"),
        new BrokenLine("{\"question_id\": \"broken-json\", \"text\": ", "QUESTION_LINE"),
        about("broken-cut-off", "broken/cut-off.png", "IMAGE_DECODE"),
        about("broken-empty-file", "broken/empty.png", "IMAGE_DECODE"),
        new BrokenLine("{\"question_id\": \"broken-no-text\"}", "QUESTION_LINE"),
        about("broken-outside", "../outside.png", "IMAGE_OUTSIDE_FOLDER"),
        about("broken-huge", "broken/huge.png", "IMAGE_TOO_LARGE"),
        new BrokenLine(
            "{\"question_id\": \"broken-empty-prompt\", \"text\": \"\"}", "PROMPT_EMPTY"));
  }

  private static BrokenLine about(String id, String image, String expectedCode) {
    ObjectNode line = JSON.createObjectNode();
    line.put("question_id", id).put("image", image).put("text", TEXT).put("category", "broken");
    return new BrokenLine(line.toString(), expectedCode);
  }

  /**
   * Returns a PNG with a valid header of 40 billion pixels, followed by the data of a small
   * picture.
   */
  private static byte[] withHugeHeader(byte[] png) {
    ByteBuffer data = ByteBuffer.wrap(png.clone());
    if (!new String(png, HEADER_AT, 4, StandardCharsets.US_ASCII).equals("IHDR")) {
      throw new IllegalStateException("a PNG file must start with its header");
    }
    data.putInt(HEADER_AT + 4, HUGE).putInt(HEADER_AT + 8, HUGE);
    CRC32 checksum = new CRC32();
    checksum.update(data.array(), HEADER_AT, HEADER_LENGTH);
    data.putInt(HEADER_AT + HEADER_LENGTH, (int) checksum.getValue());
    return data.array();
  }
}
