package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchFileTest {

  private static final long[] SIZE = {2, 3};
  private static final long[] STRIDE = {3, 1};

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("pytorch_model.bin");
  }

  @Test
  void findsATensorWithinItsStorage() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 8, 2, SIZE, STRIDE);

    assertThat(RecordedCheckpoints.values(TorchFile.read(file).get("t")))
        .containsExactly(2, 3, 4, 5, 6, 7);
  }

  @Test
  void readsTheLargeFilesFormat() throws IOException {
    writeTensor(Zip64Mode.Always, 8, 1, SIZE, STRIDE);

    assertThat(RecordedCheckpoints.values(TorchFile.read(file).get("t")))
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void theStrideOfASingleIndexDoesNotMatter() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 8, 0, new long[] {1, 6}, new long[] {77, 1});

    assertThat(TorchFile.read(file).get("t").shape()).containsExactly(1L, 6L);
  }

  @Test
  void aTransposedTensorIsNamed() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 8, 0, SIZE, new long[] {1, 2});

    assertRefused().hasMessageContaining("'t'").hasMessageContaining("contiguous");
  }

  @Test
  void negativeAndMissingStridesAreRefused() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 8, 0, SIZE, new long[] {-3, 1});
    assertRefused().hasMessageContaining("strides [-3, 1]");

    writeTensor(Zip64Mode.AsNeeded, 8, 0, SIZE, new long[] {1});
    assertRefused().hasMessageContaining("strides [1]");

    writeTensor(Zip64Mode.AsNeeded, 8, 0, new long[] {-2, -3}, STRIDE);
    assertRefused().hasMessageContaining("[-2, -3]");
  }

  @Test
  void aTensorStaysWithinItsStorage() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 8, 3, SIZE, STRIDE);
    assertRefused().hasMessageContaining("outside its storage");

    writeTensor(Zip64Mode.AsNeeded, 8, -1, SIZE, STRIDE);
    assertRefused().hasMessageContaining("outside its storage");

    writeTensor(Zip64Mode.AsNeeded, 8, Long.MAX_VALUE, SIZE, STRIDE);
    assertRefused().hasMessageContaining("outside its storage");
  }

  @Test
  void aShapeThatNoMemoryHoldsIsRefused() throws IOException {
    long huge = 1L << 40;
    writeTensor(Zip64Mode.AsNeeded, 8, 0, new long[] {huge, huge}, new long[] {huge, 1});

    assertRefused().hasMessageContaining("impossible shape");
  }

  @Test
  void aStorageHasTheSizeThatThePickleClaims() throws IOException {
    writeTensor(Zip64Mode.AsNeeded, 9, 0, SIZE, STRIDE);

    assertRefused().hasMessageContaining("32 bytes instead of 9 elements of float32");
  }

  @Test
  void aMissingStorageIsNamed() throws IOException {
    try (ZipArchiveOutputStream zip = create(Zip64Mode.AsNeeded)) {
      add(zip, "m/data.pkl", dictionary(8, 0, SIZE, STRIDE));
    }

    assertRefused().hasMessageContaining("'m/data/0'");
  }

  @Test
  void aCompressedStorageIsNamed() throws IOException {
    try (ZipArchiveOutputStream zip = create(Zip64Mode.AsNeeded)) {
      add(zip, "m/data.pkl", dictionary(8, 0, SIZE, STRIDE));
      ZipArchiveEntry entry = new ZipArchiveEntry("m/data/0");
      entry.setMethod(ZipArchiveEntry.DEFLATED);
      zip.putArchiveEntry(entry);
      zip.write(new byte[32]);
      zip.closeArchiveEntry();
    }

    assertRefused().hasMessageContaining("'m/data/0' is compressed");
  }

  @Test
  void aStorageThatComesTwiceIsRefused() throws IOException {
    try (ZipArchiveOutputStream zip = create(Zip64Mode.AsNeeded)) {
      add(zip, "m/data.pkl", dictionary(8, 0, SIZE, STRIDE));
      add(zip, "m/data/0", new byte[32]);
      add(zip, "m/data/0", new byte[32]);
    }

    assertRefused().hasMessageContaining("2 entries 'm/data/0'");
  }

  @Test
  void bigEndianNumbersAreRefused() throws IOException {
    try (ZipArchiveOutputStream zip = create(Zip64Mode.AsNeeded)) {
      add(zip, "m/data.pkl", dictionary(8, 0, SIZE, STRIDE));
      add(zip, "m/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
      add(zip, "m/data/0", new byte[32]);
    }

    assertRefused().hasMessageContaining("big-endian");
  }

  @Test
  void aZipOfOtherThingsIsRefused() throws IOException {
    try (ZipArchiveOutputStream zip = create(Zip64Mode.AsNeeded)) {
      add(zip, "readme", new byte[3]);
    }

    assertRefused().hasMessageContaining("0 entries data.pkl");
  }

  @Test
  void theOldFormatSaysHowToConvertIt() throws IOException {
    Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8A, 10});

    assertRefused().hasMessageContaining("old format").hasMessageContaining("1.6");
  }

  @Test
  void anyOtherFileIsNamedAsSuch() throws IOException {
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1");
    assertRefused().hasMessageContaining("no PyTorch file");

    Files.writeString(file, "");
    assertRefused().hasMessageContaining("no PyTorch file");
  }

  /** Opening a damaged file succeeds or throws the exception that names it. */
  @Test
  void aDamagedFileIsNeverMoreThanAnError() throws IOException {
    Path checkpoint = RecordedCheckpoints.copy("tiny-sharded", folder);
    Path tower = RecordedCheckpoints.folder("clip-tiny");
    Path shard = checkpoint.resolve("pytorch_model-00002-of-00003.bin");
    byte[] whole = Files.readAllBytes(shard);
    SplittableRandom random = new SplittableRandom(1);
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      damage(shard, whole, random);
      try {
        LlavaCheckpoint.open(checkpoint, Optional.of(tower));
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining(checkpoint.toString());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  /** Truncates the file or changes bytes in the pickle at its start or the directory at its end. */
  private static void damage(Path shard, byte[] whole, SplittableRandom random) throws IOException {
    byte[] damaged = whole.clone();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      int at =
          random.nextBoolean() ? random.nextInt(20_000) : whole.length - 1 - random.nextInt(20_000);
      damaged[at] = (byte) random.nextInt(256);
    }
    Files.write(shard, damaged);
    if (random.nextInt(10) == 0) {
      try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
        file.setLength(random.nextInt(whole.length));
      }
    }
  }

  private void writeTensor(Zip64Mode mode, long claimed, long offset, long[] size, long[] stride)
      throws IOException {
    try (ZipArchiveOutputStream zip = create(mode)) {
      add(zip, "m/data.pkl", dictionary(claimed, offset, size, stride));
      ByteBuffer values = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < 8; i++) {
        values.putFloat(i);
      }
      add(zip, "m/data/0", values.array());
      add(zip, "m/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static byte[] dictionary(long claimed, long offset, long[] size, long[] stride) {
    return Pickle.start()
        .raw('}')
        .text("t")
        .tensor("0", claimed, offset, size, stride)
        .raw('s')
        .stop();
  }

  private ZipArchiveOutputStream create(Zip64Mode mode) throws IOException {
    ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file);
    zip.setUseZip64(mode);
    return zip;
  }

  private static void add(ZipArchiveOutputStream zip, String name, byte[] content)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setMethod(ZipArchiveEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  private AbstractThrowableAssert<?, ?> assertRefused() {
    return assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(MalformedFileException.class);
  }
}
