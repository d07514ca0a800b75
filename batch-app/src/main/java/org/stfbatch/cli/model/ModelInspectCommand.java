package org.stfbatch.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.CheckpointSummary;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a checkpoint holds. */
@Command(
    name = "inspect",
    description =
        "Says what a checkpoint holds, without loading it: architecture, variant, tensors, vision tokens, cost.")
final class ModelInspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The checkpoint's folder.")
  private Path model;

  @Option(
      names = "--vision-tower",
      paramLabel = "DIR",
      description = "The CLIP tower's folder, if it is elsewhere.")
  private Path visionTower;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    if (!Files.isDirectory(model)) {
      throw new InputException("there is no model at " + model);
    }
    CheckpointSummary summary =
        CheckpointSummary.of(LlavaCheckpoint.open(model, Optional.ofNullable(visionTower)));
    System.out.println(
        json ? new ObjectMapper().writeValueAsString(summary.toMap()) : summary.toText());
    return 0;
  }
}
