package org.stfbatch.cli.run;

import java.util.Optional;
import org.stfbatch.job.InputException;
import org.stfbatch.job.ingest.SamplePrompt;
import picocli.CommandLine.Option;

/** Options of questions about images in WebDataset shards. */
final class SamplePromptOptions {
  @Option(
      names = "--prompt-field",
      paramLabel = "NAME",
      description =
          "With --format webdataset: the field of .json members that holds the question. Default:"
              + " the .txt member, else the field text")
  private String field;

  /**
   * @throws InputException if an option is given and the source is no WebDataset
   */
  void requireNone() {
    require(field == null, "--prompt-field is for --format webdataset: leave it out");
  }

  /**
   * Returns where questions come from.
   *
   * @param prompt the prompt about every image
   * @throws InputException if there are two, or one is empty
   */
  SamplePrompt prompt(Optional<String> prompt) {
    require(
        field == null || prompt.isEmpty(),
        "--prompt and --prompt-field both tell the question: give one");
    require(
        prompt.filter(String::isBlank).isEmpty(), "the caption prompt is empty: check --prompt");
    if (prompt.isPresent()) {
      return new SamplePrompt.Fixed(prompt.get());
    }
    return field == null ? new SamplePrompt.Members() : new SamplePrompt.Field(field);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }
}
