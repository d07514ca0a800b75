package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The installed Chromium, headless. */
final class Chromium {
  private static final List<String> NAMES =
      List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");
  private static final long PATIENCE_SECONDS = 90;

  private final Path program;

  private Chromium(Path program) {
    this.program = program;
  }

  /** Returns the browser; without one, the calling test is skipped, except in CI. */
  static Chromium orSkip() {
    Optional<Path> program =
        NAMES.stream()
            .flatMap(
                name ->
                    Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        program.isPresent() || System.getenv("CI") != null,
        "no Chromium on the PATH: apt-get install chromium-headless-shell, or run scripts/test");
    assertThat(program).as("a Chromium on the PATH, which scripts/test installs").isPresent();
    return new Chromium(program.orElseThrow());
  }

  /**
   * A loaded page.
   *
   * @param dom the document after its scripts ran
   * @param errors errors on its console
   */
  record Opened(String dom, List<String> errors) {}

  /** Opens a page and saves a screenshot. */
  Opened open(Path page, Path picture) throws IOException, InterruptedException {
    start(page.toUri(), picture, "--screenshot=" + picture, "--window-size=1200,5000");
    return start(page.toUri(), picture, "--dump-dom");
  }

  /**
   * Opens a page in a window of the given width.
   *
   * @param dark whether the user prefers a dark colour scheme
   */
  Opened openNarrow(Path page, int width, boolean dark, Path near)
      throws IOException, InterruptedException {
    return start(
        page.toUri(),
        near,
        "--dump-dom",
        "--window-size=" + width + ",2000",
        "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
  }

  /** Opens a page that polls its server, and reads it after a while. */
  Opened openLive(URI page, Path near) throws IOException, InterruptedException {
    return start(page, near, "--dump-dom", "--virtual-time-budget=3000");
  }

  /** Opens a page in a tab of the given width, which stays open. */
  BrowserTab tab(URI page, Path profile, int width) throws Exception {
    return BrowserTab.open(program, page, profile, width);
  }

  private Opened start(URI page, Path near, String... options)
      throws IOException, InterruptedException {
    Path out = near.resolveSibling("chromium.out");
    Path err = near.resolveSibling("chromium.err");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(
        List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"));
    command.addAll(List.of("--no-first-run", "--disable-background-networking"));
    command.addAll(List.of("--enable-logging=stderr", "--user-data-dir=" + near + ".profile"));
    command.addAll(List.of(options));
    command.add(page.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("Chromium does not end: " + Files.readString(err));
    }
    String said = Files.readString(err, StandardCharsets.UTF_8);
    return new Opened(
        Files.readString(out, StandardCharsets.UTF_8),
        said.lines().filter(line -> line.contains("CONSOLE")).toList());
  }
}
