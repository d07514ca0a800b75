package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.hub.HubServer;
import org.stfbatch.model.checkpoint.HuggingFaceWriter;
import org.stfbatch.model.checkpoint.HuggingFaceWriter.Keys;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.TokenizerJsonWriter;
import org.stfbatch.testing.Golden;

/** The {@code model fetch} command. */
class ModelFetchCommandTest {
  @TempDir private Path folder;

  @Test
  void aFetchedModelCanBeOpened() throws IOException {
    Path model = folder.resolve("model");
    try (HubServer hub = new HubServer()) {
      put(hub, "lab/models", "7b/", Tiny.checkpoint());
      put(hub, "lab/tower", "", Tiny.tower());
      Object[] fetch = {
        "model",
        "fetch",
        "lab/models/7b",
        "--to",
        model,
        "--endpoint",
        hub.endpoint(),
        "--vision-tower",
        "lab/tower"
      };

      assertThat(Cli.with().ok(fetch))
          .contains(model + ": 9 files of lab/models/7b in 0.00 GB", "all checked")
          .contains("vision tower: " + model.resolve("clip-tiny"));
      assertThat(Cli.with().ok(fetch)).contains("0.00 GB of them downloaded");
    }
    assertThat(Cli.with().ok("model", "inspect", model)).contains("vision tokens");
  }

  @Test
  void aModelInTheLayoutOfHuggingFaceComputesWhatItsAuthorsDoes() throws IOException {
    Path source = folder.resolve("source");
    Path model = folder.resolve("model");
    LlavaCheckpoint authors =
        LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    HuggingFaceWriter writer = new HuggingFaceWriter(authors, Keys.NEW);
    writer.writeShards(source, 2);
    writer.writeTokenizerSettings(source);
    new TokenizerJsonWriter(authors.directory().resolve("tokenizer.model")).write(source);
    try (HubServer hub = new HubServer()) {
      put(hub, "lab/llava-hf", "", source);

      assertThat(
              Cli.with()
                  .ok(
                      "model",
                      "fetch",
                      "lab/llava-hf",
                      "--to",
                      model,
                      "--endpoint",
                      hub.endpoint()))
          .contains("8 files of lab/llava-hf")
          .doesNotContain("vision tower");
    }
    assertThat(Cli.with().ok("model", "inspect", model))
        .contains("Hugging Face (LlavaForConditionalGeneration)", "LLaVA-1.5")
        .containsPattern("vision tokens per image +576");
    assertThat(Cli.with().ok("model", "inspect", model, "--json"))
        .contains("\"layout\":\"Hugging Face (LlavaForConditionalGeneration)\"");
    assertThat(trace(model)).hasSameBinaryContentAs(trace(authors.directory()));
  }

  /** Traces a picture that is not square, with a token of the hub's tokenizer in the question. */
  private Path trace(Path model) {
    Path out = folder.resolve(model.getFileName() + ".safetensors");
    Path image = Golden.file("images/wide.png");
    String question = "What is <pad>?";
    Cli.with()
        .ok(
            "model",
            "trace",
            "--model",
            model,
            "--image",
            image,
            "--prompt",
            question,
            "--out",
            out);
    return out;
  }

  @Test
  void whatCannotBeFetchedIsNamed() throws IOException {
    try (HubServer hub = new HubServer()) {
      hub.has("lab/empty", "README.md", new byte[] {'x'});
      complains(hub, "lab/none", "lab/none is not at http://localhost", "check repository");
      complains(hub, "lab/empty", "lab/empty holds no weights", "OWNER/NAME/FOLDER");
      complains(hub, "lab", "\"lab\" is no repository");
    }
    Cli.with()
        .run("model", "fetch", "a/b", "--to", folder, "--endpoint", "hub")
        .complainsInOneLine(2, "endpoint hub is no http(s) address");
    Cli.with()
        .run("model", "fetch", "a/b", "--to", folder, "--connections", "0")
        .complainsInOneLine(2, "connections", "at least 1");
  }

  private void complains(HubServer hub, String repository, String... parts) {
    Cli.with()
        .run("model", "fetch", repository, "--to", folder, "--endpoint", hub.endpoint())
        .complainsInOneLine(2, parts);
  }

  private static void put(HubServer hub, String repository, String prefix, Path from)
      throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        hub.has(repository, prefix + file.getFileName(), Files.readAllBytes(file));
      }
    }
  }
}
