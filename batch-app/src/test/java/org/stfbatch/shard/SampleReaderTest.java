package org.stfbatch.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.shard.ShardItem.Damage;
import org.stfbatch.shard.ShardItem.Member;
import org.stfbatch.shard.ShardItem.Sample;
import org.stfbatch.storage.S3Settings;
import org.stfbatch.storage.Storage;
import org.stfbatch.testing.TarShard;

class SampleReaderTest {
  private static final String LONG = "a-folder-with-a-rather-long-name/".repeat(5);
  private static final byte[] PNG = "\u0089PNG".getBytes(StandardCharsets.ISO_8859_1);

  @TempDir private Path folder;

  /** Recorded with GNU tar and Python, see {@code record_shards.py}. */
  @ParameterizedTest
  @ValueSource(strings = {"gnu-tar-gnu.tar", "gnu-tar-pax.tar", "python.tar", "gnu-tar-ustar.tar"})
  void theBytesOfEveryImageAreWhereTheReaderSays(String name) throws Exception {
    Path shard = Path.of(getClass().getResource("/shards/" + name).toURI());
    byte[] bytes = Files.readAllBytes(shard);

    List<Sample> samples = read(shard).stream().map(Sample.class::cast).toList();

    List<String> keys = new ArrayList<>(List.of("000", "001"));
    if (!name.contains("ustar")) {
      keys.addAll(List.of(LONG + "002", "\u00e4\u4f60/003"));
    }
    assertThat(samples).extracting(Sample::key).isEqualTo(keys);
    assertThat(samples).allSatisfy(sample -> assertThat(sample.defect()).isEmpty());
    assertThat(samples)
        .allSatisfy(
            sample -> {
              Member image = sample.image().orElseThrow();
              byte[] range =
                  Arrays.copyOfRange(
                      bytes, (int) image.offset(), (int) (image.offset() + image.length()));
              assertThat(range).startsWith(PNG).endsWith(0xae, 0x42, 0x60, 0x82);
              byte[] withHeader =
                  Arrays.copyOfRange(bytes, (int) image.offset() - 512, (int) image.offset());
              assertThat(MemberHeader.isOf(withHeader, image.path(), image.length())).isTrue();
              assertThat(MemberHeader.isOf(withHeader, image.path(), image.length() + 1)).isFalse();
            });
    assertThat(samples.get(0).text()).hasValue("Which colour?\n".getBytes(StandardCharsets.UTF_8));
    assertThat(new String(samples.get(1).json().orElseThrow(), StandardCharsets.UTF_8))
        .contains("\"question_id\": 7");
  }

  @Test
  void aCutShardGivesItsWholeSamplesAndNamesTheCut() throws IOException {
    Path whole = folder.resolve("whole.tar");
    try (TarShard shard = TarShard.begin(whole)) {
      for (int i = 0; i < 4; i++) {
        shard.add(i + ".txt", "What is " + i + "?").add(i + ".jpg", new byte[700]);
      }
    }
    byte[] bytes = Files.readAllBytes(whole);
    // Each sample has a header and a record of text, and a header and two records of image.
    int sample = 5 * 512;
    for (int length = 1; length < 4 * sample + 512; length += 97) {
      Path cut = Files.write(folder.resolve("cut.tar"), Arrays.copyOf(bytes, length));

      List<ShardItem> items = read(cut);

      int complete = length / sample;
      ShardItem last = items.get(items.size() - 1);
      assertThat(last).as("%d bytes", length).isInstanceOf(Damage.class);
      assertThat(((Damage) last).why()).contains("the shard cut.tar", "write it anew");
      assertThat(items.size() - 1)
          .as("%d bytes", length)
          .isBetween(Math.max(0, complete - 1), complete + (length % 512 == 0 ? 1 : 0));
    }
  }

  @Test
  void aDamagedHeaderIsNamedAfterTheMemberBeforeIt() throws IOException {
    Path file = folder.resolve("damaged.tar");
    try (TarShard shard = TarShard.begin(file)) {
      shard.add("a.jpg", new byte[10]).add("b.jpg", new byte[10]).add("c.jpg", new byte[10]);
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[2 * 1024 + 3] ^= 0x40;
    Files.write(file, bytes);

    List<ShardItem> items = read(file);

    assertThat(items).hasSize(2);
    assertThat(((Sample) items.get(0)).key()).isEqualTo("a");
    assertThat(((Damage) items.get(1)).why())
        .contains("damaged.tar is damaged at or after its member b.jpg");
  }

  @Test
  void unusableSamplesNameTheirMembers() throws IOException {
    Path file = folder.resolve("part.tar");
    try (TarShard shard = TarShard.begin(file)) {
      shard
          .add("two.jpg", new byte[1])
          .add("two.png", new byte[1])
          .add("none.txt", "What?")
          .add("link.txt", "What?")
          .addLink("link.jpg", "two.jpg")
          .add("texts.jpg", new byte[1])
          .add("texts.txt", "What?")
          .add("texts.TXT", "What?")
          .add(".hidden.jpg", new byte[1])
          .add("no-extension", new byte[1])
          .add("__meta__", "x")
          .add("fine.JPG", new byte[1])
          .add("fine.cls", "7");
    }

    List<ShardItem> items = read(file);

    assertThat(items)
        .extracting(item -> ((Sample) item).defect().orElse("none"))
        .satisfiesExactly(
            defect -> assertThat(defect).startsWith("part.tar/two.png is a second image"),
            defect -> assertThat(defect).startsWith("part.tar/none has no image: add one"),
            defect -> assertThat(defect).startsWith("part.tar/link.jpg is a link in the tar"),
            defect -> assertThat(defect).startsWith("part.tar/texts.TXT is a second .txt"),
            defect -> assertThat(defect).isEqualTo("none"));
  }

  private static List<ShardItem> read(Path file) throws IOException {
    List<ShardItem> items = new ArrayList<>();
    try (Storage storage = new Storage(S3Settings.ofEnvironment());
        SampleReader samples =
            SampleReader.open(storage, Shard.at(file.toString()), Set.of("jpg", "png"), true)) {
      for (Optional<ShardItem> item = samples.next(); item.isPresent(); item = samples.next()) {
        items.add(item.get());
      }
    }
    return items;
  }
}
