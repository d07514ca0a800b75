package org.stfbatch.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.stfbatch.file.WholeFile;

/** Log of a training: a JSON object per line and step; each step occurs once. */
final class TrainingLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedWriter out;

  private TrainingLog(BufferedWriter out) {
    this.out = out;
  }

  /**
   * Opens the log to continue after a step: entries of later steps are dropped, because these steps
   * are repeated.
   */
  static TrainingLog after(Path file, long step) throws IOException {
    byte[] kept = text(upTo(file, step)).getBytes(StandardCharsets.UTF_8);
    WholeFile.write(file, out -> out.write(kept));
    return new TrainingLog(Files.newBufferedWriter(file, StandardOpenOption.APPEND));
  }

  /** Returns the losses of all logged steps, in order. */
  static List<Double> losses(Path file) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : upTo(file, Long.MAX_VALUE)) {
      losses.add(JSON.readTree(line).path("loss").asDouble());
    }
    return losses;
  }

  /** Returns the floating-point operations of all logged steps. */
  static double flops(Path file) throws IOException {
    double flops = 0;
    for (String line : upTo(file, Long.MAX_VALUE)) {
      JsonNode row = JSON.readTree(line);
      flops += row.path("flops_per_second").asDouble() * row.path("seconds").asDouble();
    }
    return flops;
  }

  private static String text(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private static List<String> upTo(Path file, long step) throws IOException {
    List<String> kept = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        // A kill may have truncated the last line; such a line is dropped.
        if (kept.size() < step && stepOf(line) == kept.size() + 1) {
          kept.add(line);
        }
      }
    }
    return kept;
  }

  private static long stepOf(String line) {
    try {
      JsonNode step = JSON.readTree(line).path("step");
      return step.asLong();
    } catch (IOException e) {
      return -1;
    }
  }

  void add(StepReport report) throws IOException {
    ObjectNode row = JSON.createObjectNode();
    row.put("step", report.step())
        .put("epoch", report.epoch())
        .put("loss", report.loss())
        .put("lr", report.learningRate())
        .put("grad_norm", report.gradientNorm())
        .put("samples", report.samples())
        .put("tokens", report.tokens())
        .put("seconds", report.seconds())
        .put("samples_per_second", report.samples() / report.seconds())
        .put("flops_per_second", report.flops() / report.seconds());
    if (report.compression().compresses()) {
      row.put("compression", report.compression().spec());
    }
    out.write(row + "\n");
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
