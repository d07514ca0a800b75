package org.stfbatch.job.ingest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.Digests;

/**
 * Names for jobs that come without one. The same source gives the same names, so that ingesting it
 * again adds nothing, and no state is needed for it. A name is made of what the job is, and ends
 * with the place of its images: equal lines about equally named images of two folders are two jobs.
 */
public final class CustomIds {
  private static final int HASH_BYTES = 8;
  private static final int MAX_READABLE = 200;
  private static final Pattern PLACE = Pattern.compile("@[0-9a-f]{16}$");
  private static final Pattern LINE = Pattern.compile("^line-\\d+-([0-9a-f]{16})@[0-9a-f]{16}$");

  private final String place;

  /**
   * @param imageRoot the folder below which the source's images are
   */
  CustomIds(Path imageRoot) {
    this.place = "@" + hash(imageRoot.toString());
  }

  /** A line is told apart by its number and its bytes. */
  String ofLine(Line line) {
    return "line-" + line.number() + "-" + hash(line.bytes()) + place;
  }

  /** A question is told apart by its id. */
  String ofQuestion(String questionId) {
    return "question-" + hash(questionId) + "-" + readable(questionId) + place;
  }

  /**
   * A question whose id others have, too, is told apart by what it asks.
   *
   * @param count of those that ask the same under the same id, which one it is, from 1
   */
  String ofQuestion(String questionId, String content, int count) {
    return "question-"
        + hash(questionId)
        + "-"
        + hash(content)
        + (count > 1 ? "-" + count : "")
        + "-"
        + readable(questionId)
        + place;
  }

  /**
   * A line that has no id is told apart by its bytes.
   *
   * @param name of {@link #ofLine}
   * @param count of those with the same bytes, which one it is, from 1
   */
  String ofUnnumbered(String name, int count) {
    Matcher line = LINE.matcher(name);
    return line.matches() ? "line-" + line.group(1) + (count > 1 ? "-" + count : "") + place : name;
  }

  /** A caption is told apart by its image and its prompt. */
  String ofCaption(String image, String prompt) {
    return "caption-" + hash(image + '\n' + prompt) + "-" + readable(image) + place;
  }

  /**
   * A second request under another one's name.
   *
   * @param content by which it is told apart
   */
  static String ofSecond(String customId, String content) {
    return "second-" + hash(customId + '\n' + content) + "-" + readable(customId);
  }

  /** What the job is, wherever its images are. */
  public static String withoutPlace(String customId) {
    return PLACE.matcher(customId).replaceFirst("");
  }

  /** The end of a name, which says most; it may begin within a surrogate pair. */
  private static String readable(String image) {
    int start = Math.max(0, image.length() - MAX_READABLE);
    boolean cutsPair = start > 0 && Character.isLowSurrogate(image.charAt(start));
    return image.substring(cutsPair ? start + 1 : start);
  }

  private static String hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(Digests.sha256().digest(bytes), 0, HASH_BYTES);
  }
}
