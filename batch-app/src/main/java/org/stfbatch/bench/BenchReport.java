package org.stfbatch.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.List;

/** Result of a measurement, as text or as one JSON object with the same fields. */
public sealed interface BenchReport {
  /** Returns the description of the machine. */
  Machine machine();

  /** Prints everything except the machine. */
  void print(Text text);

  /** Returns the report as lines and tables. */
  default String toText() {
    Text text = new Text();
    machine().print(text);
    print(text.blank());
    return text.toString().stripTrailing();
  }

  /** Returns the report as one JSON object; names in snake case. */
  default String toJson() {
    ObjectMapper mapper =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    try {
      return mapper.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report could not be written as JSON", e);
    }
  }

  /** Peak rates of the device. */
  record Ceilings(Machine machine, Peak peak) implements BenchReport {
    @Override
    public void print(Text text) {
      peak.print(text);
    }
  }

  /** Measurement of one engine. */
  record Engine(Machine machine, Peak peak, EngineResult engine) implements BenchReport {
    @Override
    public void print(Text text) {
      peak.printSummary(text);
      engine.print(text);
    }
  }

  /**
   * Comparison of several engines.
   *
   * @param ratios of the first engine to each of the others
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

  /** Measurement of decode-only steps. */
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

  /** The engine alone, and the same work through PostgreSQL. */
  record Job(Machine machine, Peak peak, EngineResult engine, JobResult job)
      implements BenchReport {
    @Override
    public void print(Text text) {
      peak.printSummary(text);
      engine.print(text);
      job.print(text);
    }
  }

  /** The runner through PostgreSQL without a model. */
  record Runner(Machine machine, RunnerResult runner) implements BenchReport {
    @Override
    public void print(Text text) {
      runner.print(text);
    }
  }

  /**
   * Several workers on one run.
   *
   * @param deviceMillis simulated device time per job
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

  /** From topic to topic without a model. */
  record Kafka(Machine machine, KafkaResult kafka) implements BenchReport {
    @Override
    public void print(Text text) {
      kafka.print(text);
    }
  }
}
