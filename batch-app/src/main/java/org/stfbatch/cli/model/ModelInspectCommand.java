package org.stfbatch.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.stfbatch.cli.option.CompressionOption;
import org.stfbatch.cli.option.ModelOptions;
import org.stfbatch.cli.option.ReadModel;
import org.stfbatch.model.CompressionSummary;
import org.stfbatch.model.checkpoint.CheckpointSummary;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code model inspect}: describes a checkpoint. */
@Command(
    name = "inspect",
    description = {
      "Describes a checkpoint without loading it: architecture, variant, tensors, vision tokens, cost.",
      "It rejects every checkpoint that infer would reject."
    },
    footer = {
      "  stf-batch model inspect --model llava-stf-7b",
      "  stf-batch model inspect --model llava-v1.5-7b --compress vtc-cls:tokens=144 --json"
    })
final class ModelInspectCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Spec private CommandSpec spec;

  /** The form of older versions. */
  @Parameters(arity = "0..1", hidden = true, paramLabel = "DIR")
  private Path folder;

  @Mixin private CompressionOption compression;

  @Option(
      names = "--at-7b",
      description =
          "Count the operations below compression for a language model of Vicuna 7B's shape (32 layers of width 4096) with the checkpoint's vision tower and token fusion; layers and head masks of --compress are those of the 32 layers.")
  private boolean at7b;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    if (folder != null) {
      if (spec.commandLine().getParseResult().hasMatchedOption("--model")) {
        throw new IllegalArgumentException("give the model's folder once, as --model DIR");
      }
      model.setFolder(folder);
    }
    try (ReadModel read = model.read()) {
      CheckpointSummary checkpoint = CheckpointSummary.of(read.checkpoint());
      CompressionSummary compressed = compressed(read.checkpoint());
      System.out.println(json ? json(checkpoint, compressed) : text(checkpoint, compressed));
      return 0;
    }
  }

  private CompressionSummary compressed(LlavaCheckpoint checkpoint) {
    return at7b
        ? CompressionSummary.of(
            checkpoint.config().with(LlamaConfig.vicuna7b(LlamaConfig.VICUNA_7B_LAYERS)),
            compression.strategy())
        : CompressionSummary.of(checkpoint, compression.strategy());
  }

  private String text(CheckpointSummary checkpoint, CompressionSummary compressed) {
    String counted =
        at7b ? "%-28s%s\n".formatted("  of a language model of", "Vicuna 7B's shape") : "";
    return checkpoint.toText() + compressed.toText() + counted;
  }

  private String json(CheckpointSummary checkpoint, CompressionSummary compressed)
      throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>(checkpoint.toMap());
    all.put("compression", compressed.toMap());
    if (at7b) {
      all.put("compression_at", "vicuna-7b");
    }
    return new ObjectMapper().writeValueAsString(all);
  }
}
