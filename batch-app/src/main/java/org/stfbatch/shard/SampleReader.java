package org.stfbatch.shard;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.stfbatch.base.Shortened;
import org.stfbatch.shard.ShardItem.Damage;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;

/**
 * Reads the samples of a shard (ustar, GNU tar or pax), with the places of their images instead of
 * the images' bytes. Members of one sample lie one after the other, as WebDataset requires. Memory:
 * the texts of one sample. For one thread; closed by who opened it.
 */
public final class SampleReader implements AutoCloseable {
  /** The longest {@code .txt} or {@code .json} member, in bytes. */
  public static final int MAX_TEXT_BYTES = 64 << 20;

  private static final int BUFFER = 1 << 16;
  private static final int RECORD = 512;

  private final Shard shard;
  private final Set<String> imageExtensions;
  private final boolean withTexts;
  private final PositionedStream in;
  private final TarArchiveInputStream tar;
  private TarArchiveEntry next;
  private MemberName nextName;
  private String last = "";
  private long dataEnd;
  private long samples;
  private Damage damage;
  private boolean wholeUpToDamage;
  private boolean ended;

  private SampleReader(
      Shard shard, InputStream in, long size, Set<String> imageExtensions, boolean withTexts) {
    this.shard = shard;
    this.imageExtensions = imageExtensions;
    this.withTexts = withTexts;
    this.in = new PositionedStream(new BufferedInputStream(in, BUFFER), size);
    this.tar = new TarArchiveInputStream(this.in, "UTF-8");
  }

  /**
   * Opens a shard.
   *
   * @param imageExtensions extensions of image members, in lower case
   * @param withTexts whether {@code .txt} and {@code .json} members are read
   * @throws IOException naming the shard, if it cannot be opened
   */
  public static SampleReader open(
      Storage storage, Shard shard, Set<String> imageExtensions, boolean withTexts)
      throws IOException {
    long size =
        shard.address() instanceof StorageAddress.LocalFile
            ? storage.size(shard.address())
            : Long.MAX_VALUE;
    return new SampleReader(shard, storage.open(shard.address()), size, imageExtensions, withTexts);
  }

  /**
   * Returns the next sample, or the damage that ends the shard; empty at the end.
   *
   * @throws IOException if the place of the shard fails, so that reading it again may help
   */
  public Optional<ShardItem> next() throws IOException {
    if (ended) {
      return Optional.empty();
    }
    if (nextName == null) {
      advance();
    }
    if (nextName == null) {
      ended = true;
      return Optional.ofNullable(damage);
    }
    SampleBuilder sample = new SampleBuilder(shard, nextName.key(), ++samples);
    while (nextName != null && nextName.key().equals(sample.key())) {
      add(sample);
      advance();
    }
    if (damage != null && !wholeUpToDamage) {
      // More members of this sample may be in the part that cannot be read.
      ended = true;
      return Optional.of(damage);
    }
    return Optional.of(sample.build());
  }

  /** Moves to the next member that has a key; there is none behind the end and behind damage. */
  private void advance() throws IOException {
    nextName = null;
    while (damage == null && nextName == null && enter()) {
      nextName = next.isDirectory() ? null : MemberName.of(next.getName()).orElse(null);
    }
  }

  /** Reads the next header. Returns false at the end, and if there is damage. */
  private boolean enter() throws IOException {
    try {
      in.discard(Math.max(0, dataEnd - in.position()));
      next = tar.getNextEntry();
    } catch (IOException | RuntimeException e) {
      broken(e);
      return false;
    }
    if (next == null) {
      requireEnd();
      return false;
    }
    if (!next.isCheckSumOK()) {
      damage = damage("is damaged");
      return false;
    }
    last = next.getName();
    dataEnd = in.position() + (next.isLink() || next.isSymbolicLink() ? 0 : next.getSize());
    return true;
  }

  private void add(SampleBuilder sample) throws IOException {
    String extension = nextName.extension();
    boolean isImage = imageExtensions.contains(extension);
    boolean isText = extension.equals("txt") || extension.equals("json");
    if (!isImage && !(withTexts && isText)) {
      return;
    }
    if (next.isSparse()) {
      sample.refuse(next.getName(), "is sparse in the tar: write it without --sparse");
    } else if (next.isLink() || next.isSymbolicLink()) {
      sample.refuse(
          next.getName(),
          "is a link in the tar, without data: write it with tar's --dereference and --hard-dereference");
    } else if (!next.isFile()) {
      sample.refuse(next.getName(), "is no file in the tar: leave it out");
    } else if (isImage) {
      sample.image(new ShardItem.Member(next.getName(), in.position(), next.getSize()));
    } else if (next.getSize() > MAX_TEXT_BYTES) {
      sample.refuse(next.getName(), "is longer than " + MAX_TEXT_BYTES + " bytes: shorten it");
    } else {
      addText(sample, extension);
    }
  }

  private void addText(SampleBuilder sample, String extension) throws IOException {
    try {
      byte[] content = tar.readNBytes((int) next.getSize());
      if (content.length < next.getSize()) {
        damage = damage("is cut");
        return;
      }
      sample.text(next.getName(), extension, content);
    } catch (IOException e) {
      broken(e);
    }
  }

  /** Passes on errors of the shard's place; any other one is of the tar itself. */
  private void broken(Exception e) throws IOException {
    if (in.failure().isPresent()) {
      throw in.failure().get();
    }
    damage = damage(in.position() < dataEnd ? "is cut" : "is damaged");
  }

  /** A tar ends with a record of zeros; without it, the rest may be missing. */
  private void requireEnd() {
    if (in.position() < dataEnd) {
      damage = damage("is cut");
    } else if (in.position() < roundedUp(dataEnd) + RECORD) {
      wholeUpToDamage = in.position() == roundedUp(dataEnd);
      damage = damage("has no end mark, as if it was cut");
    }
  }

  private static long roundedUp(long bytes) {
    return (bytes + RECORD - 1) / RECORD * RECORD;
  }

  private Damage damage(String what) {
    String place =
        last.isEmpty() ? "at its beginning" : "at or after its member " + Shortened.given(last);
    return new Damage(
        "the shard %s %s %s (byte %d): write it anew and ingest it again"
            .formatted(shard.name(), what, place, in.position()));
  }

  /** Closes the shard, without reading the rest. */
  @Override
  public void close() throws IOException {
    in.close();
  }
}
