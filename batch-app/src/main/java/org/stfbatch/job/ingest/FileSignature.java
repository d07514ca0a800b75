package org.stfbatch.job.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** File types recognized by their first bytes that are not UTF-8 text. */
enum FileSignature {
  PARQUET("is an Apache Parquet file: say --format parquet, or name it .parquet", "PAR1"),
  GZIP("is compressed with gzip: unpack it, with gunzip for example", "\u001f\u008b"),
  ZIP(
      "is a zip archive, as .xlsx files are: unpack it, or save the table as CSV",
      "PK\u0003\u0004"),
  ZSTD("is compressed with Zstandard: unpack it, with unzstd for example", "(\u00b5/\u00fd"),
  XZ("is compressed with xz: unpack it, with unxz for example", "\u00fd7zXZ\0"),
  BZIP2("is compressed with bzip2: unpack it, with bunzip2 for example", "BZh"),
  SEVEN_ZIP("is a 7z archive: unpack it", "7z\u00bc\u00af\u0027\u001c"),
  ARROW("is an Apache Arrow file: save it as Parquet or CSV", "ARROW1"),
  EXCEL("is an old Excel file: save the table as CSV", "\u00d0\u00cf\u0011\u00e0"),
  SQLITE("is an SQLite database: save the table as CSV", "SQLite format 3\0"),
  PDF("is a PDF document, and no file of questions", "%PDF-"),
  PNG("is an image, and no file of questions", "\u0089PNG"),
  JPEG("is an image, and no file of questions", "\u00ff\u00d8\u00ff"),
  UTF_32(Messages.UTF_32, "\u00ff\u00fe\0\0"),
  UTF_32_BIG(Messages.UTF_32, "\0\0\u00fe\u00ff"),
  UTF_16(Messages.UTF_16, "\u00ff\u00fe"),
  UTF_16_BIG(Messages.UTF_16, "\u00fe\u00ff"),
  NUL("begins with bytes that are all 0: it is damaged, or no text", "\0\0\0\0\0\0\0\0\0\0\0\0");

  /**
   * Question files begin with ASCII characters; this many bytes reveal the width of a character.
   */
  private static final int SAMPLE = 16;

  private final String complaint;
  private final byte[] bytes;

  FileSignature(String complaint, String latin1) {
    this.complaint = complaint;
    this.bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static final class Messages {
    static final String UTF_16 = "is UTF-16: save it as UTF-8";
    static final String UTF_32 = "is UTF-32: save it as UTF-8";
  }

  /** Returns the type of a file; empty if it may be UTF-8 text. */
  static Optional<FileSignature> of(byte[] head) {
    for (FileSignature signature : values()) {
      if (signature.begins(head)) {
        return Optional.of(signature);
      }
    }
    return withoutMark(head);
  }

  /** Returns the end of a sentence that begins with the file's name, with the cure. */
  String complaint() {
    return complaint;
  }

  private boolean begins(byte[] head) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= head.length || head[i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static Optional<FileSignature> withoutMark(byte[] head) {
    int length = Math.min(SAMPLE, head.length) / 4 * 4;
    if (length == 0) {
      return Optional.empty();
    }
    if (isAscii(head, length, 4, 0)) {
      return Optional.of(UTF_32);
    }
    if (isAscii(head, length, 4, 3)) {
      return Optional.of(UTF_32_BIG);
    }
    if (isAscii(head, length, 2, 0)) {
      return Optional.of(UTF_16);
    }
    return isAscii(head, length, 2, 1) ? Optional.of(UTF_16_BIG) : Optional.empty();
  }

  /**
   * Returns whether in each group of {@code width} bytes only the one at {@code place} is not 0.
   */
  private static boolean isAscii(byte[] head, int length, int width, int place) {
    for (int i = 0; i < length; i++) {
      if (head[i] == 0 == (i % width == place)) {
        return false;
      }
    }
    return true;
  }
}
