package org.stfbatch.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.option.CompressionOption;
import org.stfbatch.cli.option.ReadModel;
import org.stfbatch.model.CompressionSummary;
import org.stfbatch.model.checkpoint.CheckpointSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a checkpoint holds. */
@Command(
    name = "inspect",
    description =
        "Says what a checkpoint holds, without loading it: architecture, variant, tensors, vision tokens, cost. Refuses what infer would refuse.")
final class ModelInspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The checkpoint's folder.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description = "The CLIP tower's folder, if it is elsewhere.")
  private Path visionTower;

  @Mixin private CompressionOption compression;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    try (ReadModel read = ReadModel.open(model, Optional.ofNullable(visionTower))) {
      CheckpointSummary checkpoint = CheckpointSummary.of(read.checkpoint());
      CompressionSummary compressed =
          CompressionSummary.of(read.checkpoint(), compression.strategy());
      System.out.println(json ? json(checkpoint, compressed) : text(checkpoint, compressed));
      return 0;
    }
  }

  private static String text(CheckpointSummary checkpoint, CompressionSummary compressed) {
    return checkpoint.toText() + compressed.toText();
  }

  private static String json(CheckpointSummary checkpoint, CompressionSummary compressed)
      throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>(checkpoint.toMap());
    all.put("compression", compressed.toMap());
    return new ObjectMapper().writeValueAsString(all);
  }
}
