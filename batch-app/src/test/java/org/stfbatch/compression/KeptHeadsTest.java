package org.stfbatch.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.testing.HeadMaskFiles;

final class KeptHeadsTest {
  /** Three layers of four heads. */
  private static final CheckpointShape SHAPE = shape(4);

  @TempDir private Path folder;

  private static CheckpointShape shape(int keyValueHeads) {
    return new CheckpointShape(4, 2, true, 16, 4, false, new LanguageShape(3, 4, keyValueHeads, 8));
  }

  @Test
  void aFileIsStoredAsItsDigestAndTheNumberOfKeptHeads() throws IOException {
    Path file = HeadMaskFiles.write(folder.resolve("a.npy"), "1111", "0101", "0010");
    Path same = HeadMaskFiles.writeBytes(folder.resolve("b.npy"), "|u1", "(3, 4)", "111101010010");
    Path other = HeadMaskFiles.write(folder.resolve("c.npy"), "1111", "0101", "0100");

    String spec = spec(file);

    assertThat(spec)
        .matches("yopo:window=5,layers=2,heads=[0-9a-f]{16}-6-1-1,ffn=2,mask=after-softmax");
    assertThat(spec(same)).isEqualTo(spec);
    assertThat(spec(other)).isNotEqualTo(spec);
    Yopo stored = (Yopo) CompressionStrategy.parse(spec);
    assertThat(stored.spec()).isEqualTo(spec);
    assertThat(stored.heads().count(2, SHAPE)).isEqualTo(new KeptHeads.Count(6, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stored.check(SHAPE))
        .withMessageContaining("is only the digest of head masks: give their file");
  }

  private static String spec(Path file) {
    return strategy(file).spec();
  }

  private static CompressionStrategy strategy(Path file) {
    return CompressionStrategy.parse("yopo:layers=2,heads=" + file);
  }

  @Test
  void masksHaveTheLayersAndHeadsOfTheModel() throws IOException {
    Path fewer = HeadMaskFiles.write(folder.resolve("a.npy"), "1111", "0101");
    Path fits = HeadMaskFiles.write(folder.resolve("b.npy"), "1111", "0101", "0000");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(fewer).check(SHAPE))
        .withMessage(
            "the head masks have shape [2, 4], and this language model has 3 layers of 4 heads: give masks of shape [3, 4]");
    strategy(fits).check(SHAPE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(fits).check(shape(2)))
        .withMessageContaining("as head 1 of layer 1: give masks that are equal for each 2 heads");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <f4 | (1, 4)    | 1111  | has the type <f4
          b1  | (4,)      | 1111  | is not of shape [layers, heads]
          b1  | (1, 2, 2) | 1111  | is not of shape [layers, heads]
          b1  | (1, 4)    | 111   | is damaged
          u1  | (1, 4)    | 1112  | has the value 2
          """)
  void otherFilesAreRefused(String type, String shape, String values, String reason)
      throws IOException {
    String descr = type.length() == 2 ? "|" + type : type;
    Path file = HeadMaskFiles.writeBytes(folder.resolve("x.npy"), descr, shape, values);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(file))
        .withMessage(
            "%s %s: head masks are a file of numpy.save with bools of shape [layers, heads]",
            file, reason);
  }

  @Test
  void masksByColumnsAreRefused() throws IOException {
    Path file = HeadMaskFiles.writeBytes(folder.resolve("f.npy"), "|b1", "(2, 2)", "1001");
    String rows = Files.readString(file, StandardCharsets.ISO_8859_1);
    String columns = rows.replace("False,", "True,").replace("}", " }");
    Files.writeString(file, columns, StandardCharsets.ISO_8859_1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(file))
        .withMessageContaining("is in Fortran order, and C order is needed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse("yopo:heads="))
        .withMessageContaining("names no file");
  }

  @Test
  void slashesSeparateStrategiesAndNotTheFoldersOfAPath() {
    assertThat(
            "none/yopo:heads=/a/b/c.npy,ffn=2/yopo:heads=d/e.npy/fastv:keep=3/avgpool"
                .split(CompressionStrategy.SEPARATOR))
        .containsExactly(
            "none", "yopo:heads=/a/b/c.npy,ffn=2", "yopo:heads=d/e.npy", "fastv:keep=3", "avgpool");
  }

  @Test
  void textAndMissingFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("x.npy"), "0 1 1 0\n1 1 1 1\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(text))
        .withMessageContaining("is no NumPy file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy(folder.resolve("y.npy")))
        .withMessageStartingWith("the head masks")
        .withMessageContaining("y.npy cannot be read");
  }
}
