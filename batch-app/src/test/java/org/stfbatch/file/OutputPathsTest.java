package org.stfbatch.file;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputPathsTest {
  @TempDir private Path folder;
  private Path old;

  @BeforeEach
  void anOlderFile() throws IOException {
    old = Files.writeString(folder.resolve("old.jsonl"), "an older file\n");
  }

  @Test
  void aFileOfACheckpointIsNotOverwritten() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String name : new String[] {"config.json", "tokenizer.model", "a.safetensors"}) {
      Path file = Files.writeString(model.resolve(name), "{}");
      assertThatThrownBy(() -> new OutputPaths().writes("--out", file).check())
          .isInstanceOf(OutputException.class)
          .hasMessageContaining("is a file of the model in " + model);
    }
    Path other = Files.writeString(model.resolve("answers.jsonl"), "{}");
    Path elsewhere = Files.writeString(folder.resolve("trace.safetensors"), "");
    assertThatCode(() -> new OutputPaths().writes("--out", other).check())
        .doesNotThrowAnyException();
    assertThatCode(() -> new OutputPaths().writes("--out", elsewhere).check())
        .doesNotThrowAnyException();
  }

  private static void two(Path out, Path failures) {
    new OutputPaths().writes("--out", out).writes("--failures", failures).check();
  }

  @Test
  void oneFileForTwoOutputsIsRefusedHoweverItIsSpelt() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), old);
    Path hardLink = Files.createLink(folder.resolve("hard-link"), old);
    Path folderLink = Files.createSymbolicLink(folder.resolve("folder-link"), folder);
    Path missing = folder.resolve("new.jsonl");
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("new.jsonl"));
    Path relative = Path.of("").toAbsolutePath().relativize(old);

    Path[][] pairs = {
      {old, old},
      {old, folder.resolve("x/../old.jsonl")},
      {old, relative},
      {old, link},
      {link, old},
      {old, hardLink},
      {old, folderLink.resolve("old.jsonl")},
      {missing, missing},
      {missing, dangling},
      {missing, folderLink.resolve("new.jsonl")}
    };
    for (Path[] pair : pairs) {
      assertThatThrownBy(() -> two(pair[0], pair[1]))
          .as("%s and %s", pair[0], pair[1])
          .isInstanceOf(OutputException.class)
          .hasMessageContaining("--out and --failures name the same file");
    }
    assertThatThrownBy(() -> two(missing, folder.resolve("new.jsonl.partial")))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("NAME.partial");
    assertThatThrownBy(() -> two(folder.resolve("new.jsonl.partial"), missing))
        .hasMessageContaining("NAME.partial");
    assertThatCode(() -> two(old, missing)).doesNotThrowAnyException();
    assertThatCode(() -> two(Path.of("/dev/null"), Path.of("/dev/null")))
        .doesNotThrowAnyException();
  }

  @Test
  void anInputIsNeverAnOutput() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Path link = Files.createSymbolicLink(folder.resolve("model-link"), model);
    Path hardLink = Files.createLink(folder.resolve("hard-link"), old);

    for (Path output : new Path[] {old, hardLink}) {
      assertThatThrownBy(
              () -> new OutputPaths().reads("--answers", old).writes("--out", output).check())
          .isInstanceOf(OutputException.class)
          .hasMessageContaining("is --answers, which would be lost");
    }
    for (Path output :
        new Path[] {
          model.resolve("config.json"), link.resolve("config.json"), link.resolve("a/b/../c")
        }) {
      assertThatThrownBy(
              () ->
                  new OutputPaths()
                      .keepsOutOf("--model", model)
                      .writesInto("--out", output)
                      .check())
          .as("%s", output)
          .isInstanceOf(OutputException.class)
          .hasMessageContaining("lies in --model");
    }
    assertThatThrownBy(
            () -> new OutputPaths().keepsOutOf("--model", model).writesInto("--out", link).check())
        .hasMessageContaining("is --model, which would be lost");
    assertThatCode(
            () ->
                new OutputPaths()
                    .keepsOutOf("--model", model)
                    .reads("--data", folder)
                    .reads("--images", null)
                    .writes("--out", folder.resolve("model.jsonl"))
                    .writes("--failures", null)
                    .check())
        .doesNotThrowAnyException();
  }

  @Test
  void whatCannotBeWrittenIsSaidBeforeAnyWork() throws IOException {
    Path circle = folder.resolve("circle");
    Files.createSymbolicLink(circle, circle);

    assertThatThrownBy(() -> new OutputPaths().writes("--out", folder))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> new OutputPaths().writes("--out", folder.resolve("no/file")))
        .hasMessageContaining("there is no folder " + folder.resolve("no"));
    assertThatThrownBy(() -> new OutputPaths().writes("--out", old.resolve("file")))
        .hasMessageContaining("there is no folder");
    assertThatThrownBy(() -> new OutputPaths().writesInto("--out", old))
        .hasMessageContaining("is not a folder");
    assertThatThrownBy(() -> new OutputPaths().writesInto("--out", old.resolve("a/b")))
        .hasMessageContaining("is not a folder");
    assertThatThrownBy(() -> new OutputPaths().writes("--out", Path.of("/proc/file")))
        .as("a file system that nobody can write to")
        .isInstanceOf(OutputException.class);
    assertThatThrownBy(() -> new OutputPaths().writes("--out", circle))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("circle");
    assertThatCode(() -> new OutputPaths().writesInto("--out", folder.resolve("a/b/c")))
        .doesNotThrowAnyException();
  }
}
