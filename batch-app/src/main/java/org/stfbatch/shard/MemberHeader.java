package org.stfbatch.shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/**
 * The record before a member's data. A range read with it shows whether the shard is still the one
 * in which the member was found.
 */
public final class MemberHeader {
  /** Its length in bytes. */
  public static final int BYTES = 512;

  /** Longer names, and names that are not ASCII, are in other records. */
  private static final int LONGEST_NAME = 99;

  private MemberHeader() {}

  /**
   * Returns whether a header is that of a member.
   *
   * @param bytes begin with the header
   */
  public static boolean isOf(byte[] bytes, String path, long length) {
    try {
      TarArchiveEntry header =
          new TarArchiveEntry(
              Arrays.copyOf(bytes, BYTES),
              ZipEncodingHelper.getZipEncoding(StandardCharsets.UTF_8.name()));
      return header.isCheckSumOK()
          && header.isFile()
          && header.getSize() == length
          && (!isInHeader(path) || header.getName().equals(path));
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isInHeader(String path) {
    return path.length() <= LONGEST_NAME && path.chars().allMatch(c -> c < 0x80);
  }
}
