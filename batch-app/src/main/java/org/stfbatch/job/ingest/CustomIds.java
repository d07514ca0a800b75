package org.stfbatch.job.ingest;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.Digests;
import org.stfbatch.image.ImageRoot;

/**
 * Generated {@code custom_id}s for jobs that have none. The same source gives the same ids, without
 * stored state, so that ingesting it again adds nothing. An id is derived from the content of the
 * job and ends with a hash of the image folder: equal lines about equally named images in two
 * folders are two jobs.
 */
public final class CustomIds {
  private static final int HASH_BYTES = 8;
  private static final int MAX_READABLE = 200;
  private static final Pattern PLACE = Pattern.compile("@[0-9a-f]{16}$");
  private static final Pattern LINE = Pattern.compile("^line-\\d+-([0-9a-f]{16})@[0-9a-f]{16}$");

  private final String place;

  /**
   * @param imageRoot the folder or prefix below which the source's images are
   */
  CustomIds(ImageRoot imageRoot) {
    this.place = "@" + hash(imageRoot.toString());
  }

  /** Returns the id of a line, from its number and its bytes. */
  String ofLine(Line line) {
    return "line-" + line.number() + "-" + hash(line.bytes()) + place;
  }

  /** Returns the id of a question, from its {@code question_id}. */
  String ofQuestion(String questionId) {
    return "question-" + hash(questionId) + "-" + readable(questionId) + place;
  }

  /**
   * Returns the id of a question whose {@code question_id} is repeated in the file, from its
   * content.
   *
   * @param count which of the questions with the same id and content it is, from 1
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
   * Returns the id of a line without a {@code question_id}, from its bytes.
   *
   * @param name of {@link #ofLine}
   * @param count which of the lines with the same bytes it is, from 1
   */
  String ofUnnumbered(String name, int count) {
    Matcher line = LINE.matcher(name);
    return line.matches() ? "line-" + line.group(1) + (count > 1 ? "-" + count : "") + place : name;
  }

  /** Returns the id of a caption job, from its image and its prompt. */
  String ofCaption(String image, String prompt) {
    return "caption-" + hash(image + '\n' + prompt) + "-" + readable(image) + place;
  }

  /**
   * Returns the id of a job of a WebDataset, from its shard and its key.
   *
   * @param part which question about the sample it is
   */
  String ofSample(String shard, String key, String part) {
    return "sample-" + hash(String.join("\n", shard, key, part)) + "-" + readable(key) + place;
  }

  /**
   * Returns the id of a failure: a second request with the id of another one.
   *
   * @param content of the request
   */
  static String ofSecond(String customId, String content) {
    return "second-" + hash(customId + '\n' + content) + "-" + readable(customId);
  }

  /** Returns an id without the hash of the image folder. */
  public static String withoutPlace(String customId) {
    return PLACE.matcher(customId).replaceFirst("");
  }

  /** Returns the end of a name, which is its most specific part. A surrogate pair is not split. */
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
