package org.stfbatch.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.stfbatch.base.IoReason;
import org.stfbatch.shard.MemberHeader;
import org.stfbatch.storage.StorageAddress.LocalFile;

/**
 * Reads images from byte ranges of shards. The header before an image is read with it: in a shard
 * that was written anew, another image may be in its place.
 */
final class ShardFetcher {
  /** With its header, an image is one array. */
  private static final long LARGEST = Integer.MAX_VALUE - 2L * MemberHeader.BYTES;

  private final long maxBytes;

  ShardFetcher(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Reads an image from a local shard.
   *
   * @throws ImageException if the shard cannot be read, or has changed
   */
  byte[] fetch(ImageSource.InShard source, LocalFile shard) throws ImageException {
    requireSize(source, maxBytes);
    try {
      return data(source, range(source, shard.path()));
    } catch (NoSuchFileException e) {
      throw notFound(source, shard.path(), e);
    } catch (EOFException e) {
      throw changed(source);
    } catch (AccessDeniedException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_UNREADABLE,
          source.displayName() + " cannot be read (permission denied): check the shard",
          e);
    } catch (IOException e) {
      throw ImageException.transientError(
          ImageErrorCode.IMAGE_UNREADABLE,
          "%s cannot be read (%s): check the disk or the mount"
              .formatted(source.displayName(), IoReason.withoutFile(e)),
          e);
    }
  }

  private static byte[] range(ImageSource.InShard source, Path shard) throws IOException {
    try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.READ)) {
      ByteBuffer range = ByteBuffer.allocate(source.rangeLength());
      while (range.hasRemaining()) {
        if (channel.read(range, source.rangeStart() + range.position()) < 0) {
          throw new EOFException(shard + " ends before the image");
        }
      }
      return range.array();
    }
  }

  /**
   * @throws ImageException IMAGE_TOO_LARGE if the image has more bytes
   */
  static void requireSize(ImageSource.InShard source, long maxBytes) throws ImageException {
    if (source.length() > Math.min(maxBytes, LARGEST)) {
      throw FetchErrors.tooManyBytes(source, source.length(), Math.min(maxBytes, LARGEST));
    }
  }

  /**
   * Returns the image in a range of a shard.
   *
   * @param range from {@link ImageSource.InShard#rangeStart}
   * @throws ImageException if the range is not that of the image
   */
  static byte[] data(ImageSource.InShard source, byte[] range) throws ImageException {
    if (range.length != source.rangeLength()
        || !MemberHeader.isOf(range, source.path(), source.length())) {
      throw changed(source);
    }
    return Arrays.copyOfRange(range, MemberHeader.BYTES, range.length);
  }

  /** Returns the error of a shard in which the image is not where it was. */
  static ImageException changed(ImageSource.InShard source) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_UNREADABLE,
        source.displayName()
            + " is not where it was when its shard was ingested: ingest the shard again with --on-change replace");
  }

  private static ImageException notFound(
      ImageSource.InShard source, Path shard, NoSuchFileException cause) {
    String what = source.displayName() + ": its shard " + shard + " is not there";
    Path folder = shard.toAbsolutePath().getParent();
    return folder == null || FileFetcher.isThere(folder)
        ? ImageException.permanent(
            ImageErrorCode.IMAGE_NOT_FOUND, what + ": put it back, then retry", cause)
        : ImageException.transientError(
            ImageErrorCode.IMAGE_NOT_FOUND,
            what + ", and its folder is missing or empty: check the folder or its mount",
            cause);
  }
}
