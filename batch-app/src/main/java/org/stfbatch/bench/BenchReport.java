package org.stfbatch.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.List;

/** What a measurement found, for people or as one JSON object with the same fields. */
public sealed interface BenchReport {
  /** What was measured on. */
  Machine machine();

  /** Adds everything but the machine. */
  void print(Text text);

  /** As lines and tables. */
  default String toText() {
    Text text = new Text();
    machine().print(text);
    print(text.blank());
    return text.toString().stripTrailing();
  }

  /** As one JSON object; names in snake case. */
  default String toJson() {
    ObjectMapper mapper =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    try {
      return mapper.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report could not be written as JSON", e);
    }
  }

  /** The device's ceilings. */
  record Ceilings(Machine machine, Peak peak) implements BenchReport {
    @Override
    public void print(Text text) {
      peak.print(text);
    }
  }

  /** One engine. */
  record Engine(Machine machine, Peak peak, EngineResult engine) implements BenchReport {
    @Override
    public void print(Text text) {
      peak.printSummary(text);
      engine.print(text);
    }
  }

  /**
   * Several engines.
   *
   * @param ratios of the first to each of the others
   */
  record Compared(Machine machine, Peak peak, List<EngineResult> sides, List<Ratio> ratios)
      implements BenchReport {
    @Override
    public void print(Text text) {
      peak.printSummary(text);
      sides.forEach(side -> side.print(text));
      ratios.forEach(ratio -> ratio.print(text));
    }
  }

  /** Steps that only generate. */
  record Decoded(
      Machine machine,
      Peak.Memory memory,
      int layers,
      int questionsPerImage,
      List<DecodeSide> sides)
      implements BenchReport {
    @Override
    public void print(Text text) {
      memory.print(text);
      for (DecodeSide side : sides) {
        text.line(
            "decode steps: %d layers, %s weights, %d positions each, %d of them a prefix that %d have in common",
            layers,
            side.weights(),
            DecodingModel.POSITIONS,
            DecodingModel.PREFIX_POSITIONS,
            questionsPerImage);
        text.row("batch", "ms/step", "tokens/s", "GB/s", "of bandwidth", "speed-up");
        side.steps().forEach(step -> step.print(text));
        text.blank();
      }
    }
  }

  /** The bare engine, and the same work through PostgreSQL. */
  record Job(Machine machine, Peak peak, EngineResult engine, JobResult job)
      implements BenchReport {
    @Override
    public void print(Text text) {
      peak.printSummary(text);
      engine.print(text);
      job.print(text);
    }
  }

  /** The way through PostgreSQL without a model. */
  record Runner(Machine machine, RunnerResult runner) implements BenchReport {
    @Override
    public void print(Text text) {
      runner.print(text);
    }
  }

  /**
   * Workers on one run.
   *
   * @param deviceMillis what a worker's device takes for a job
   */
  record Workers(Machine machine, int chunk, double deviceMillis, List<WorkersResult> workers)
      implements BenchReport {
    @Override
    public void print(Text text) {
      text.line(
          "workers: processes on one run, chunks of %d, devices that take %.3f ms for a job",
          chunk, deviceMillis);
      text.row("workers", "jobs", "seconds", "jobs/s", "efficiency", "tail", "commits/s");
      workers.forEach(result -> result.print(text));
      text.blank();
    }
  }

  /** The way from topic to topic without a model. */
  record Kafka(Machine machine, KafkaResult kafka) implements BenchReport {
    @Override
    public void print(Text text) {
      kafka.print(text);
    }
  }
}
