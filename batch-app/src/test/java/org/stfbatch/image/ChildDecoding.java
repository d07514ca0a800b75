package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process that prepares images and prints the result of each. */
record ChildDecoding(Process process) {

  /**
   * @param jvmOptions heap size and system properties
   */
  static ChildDecoding start(List<String> jvmOptions, List<Path> images) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-XX:TieredStopAtLevel=1");
    line.addAll(jvmOptions);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.add(DecodingMain.class.getName());
    images.forEach(image -> line.add(image.toString()));
    return new ChildDecoding(new ProcessBuilder(line).redirectErrorStream(true).start());
  }

  /** Returns its output after its end. */
  List<String> lines() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return output.lines().toList();
  }
}
