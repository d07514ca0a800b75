package org.stfbatch.job.export;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.stfbatch.base.Digests;
import org.stfbatch.db.ExportRow;

/** SHA-256 of the rows of one part after the other. For one thread. */
final class RowDigest {
  private final MessageDigest digest = Digests.sha256();
  private final String format;
  private long rows;

  /**
   * @param format part of each digest
   */
  RowDigest(String format) {
    this.format = format;
  }

  void add(ExportRow row) {
    digest.update(Columns.line(Columns.answered(row)).getBytes(StandardCharsets.UTF_8));
    rows++;
  }

  /** Returns the number of rows since the last end. */
  long rows() {
    return rows;
  }

  /** Returns the digest of the rows since the last end. */
  String end() {
    digest.update(format.getBytes(StandardCharsets.UTF_8));
    rows = 0;
    return HexFormat.of().formatHex(digest.digest());
  }
}
