package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;

/**
 * The distribution, unpacked where no checkout is and run as somebody who may not write there, with
 * an empty home, an empty environment, and nothing on the path but a shell, a Java runtime and the
 * few programs that every system has. {@code scripts/test-distribution} does more of it.
 */
class DistributionIT {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Path TARBALL = Path.of(System.getProperty("stfbatch.distribution"));
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
  private static final List<String> PROGRAMS =
      List.of("bash", "dirname", "env", "locale", "readlink", "sed", "setsid", "sh", "unshare");
  private static final String NOBODY = "65534";

  @TempDir private static Path root;
  private static Path installed;
  private static Path home;
  private static Path path;

  @BeforeAll
  static void install() throws Exception {
    assertThat(TARBALL).as("packed by mvn package without -DskipDistribution").isRegularFile();
    // Nobody passes through a folder of this user alone.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path opt = Files.createDirectory(root.resolve("opt"));
    Path log = root.resolve("tar.log");
    Process tar =
        new ProcessBuilder("tar", "-xzf", TARBALL.toString(), "-C", opt.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(tar.waitFor()).as(Files.readString(log)).isZero();
    try (Stream<Path> top = Files.list(opt)) {
      installed = top.reduce((one, other) -> null).orElseThrow();
    }
    home = Files.createDirectory(root.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    path = Files.createDirectory(root.resolve("bin"));
    for (String program : PROGRAMS) {
      Files.createSymbolicLink(path.resolve(program), onPath(program));
    }
    Files.createSymbolicLink(
        path.resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
  }

  /** JUnit warns of links that lead out of a folder that it deletes. */
  @AfterAll
  static void removeLinks() throws IOException {
    try (Stream<Path> programs = Files.list(path)) {
      for (Path program : programs.toList()) {
        Files.delete(program);
      }
    }
  }

  private static Path onPath(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void questionsAreAnsweredWithAJavaRuntimeAlone() throws Exception {
    DrawnWorld.write(
        home, DrawnWorldSettings.defaults().withImages(2).withQuestionsPerImage(3).withSeed(3));

    try {
      ok("db", "start");
      ok("ingest", "--run", "trial", "--questions", "questions.jsonl", "--images", "images");
      ok("infer", "--run", "trial", "--max-new-tokens", "8");
      ok("export", "--run", "trial", "--out", "answers.jsonl");
    } finally {
      ok("db", "stop");
    }

    assertThat(Files.readAllLines(home.resolve("answers.jsonl")))
        .hasSameSizeAs(Files.readAllLines(home.resolve("questions.jsonl")))
        .allSatisfy(
            answer ->
                assertThat(answer).contains("\"model_id\":").containsPattern("\"text\": ?\"\\w"));
  }

  @Test
  void theEmbeddedBrokerStartsFromIt() throws Exception {
    try {
      assertThat(ok("kafka", "start"))
          .containsPattern("(?m)^running: process \\d+ at 127\\.0\\.0\\.1:\\d+, ");
    } finally {
      assertThat(ok("kafka", "stop")).contains("not running");
    }
  }

  @Test
  void itTellsItsCommit() throws Exception {
    String version = ok("--version").strip();

    assertThat(version).startsWith("stf-batch ");
    assertThat(installed).hasFileName(version.replaceAll("^(\\S+) (\\S+).*", "$1-$2"));
    assumeTrue(Files.exists(PROJECT.resolve(".git")), "no Git checkout");
    Process git =
        new ProcessBuilder("git", "rev-parse", "HEAD").directory(PROJECT.toFile()).start();
    String head = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(version).contains("(" + head.substring(0, 7));
  }

  /** Without an engine for containers, and so below a folder instead of in a root of its own. */
  @Test
  void theImageBuiltOfItStartsTheProgram() throws Exception {
    Map<String, String> image = containerfile();
    assertThat(image.get("ADD")).isEqualTo(TARBALL.getFileName() + " /opt/");
    String below = image.get("RUN").replaceAll("(?<= )/(opt|usr|home)", root + "/$1");
    Files.createDirectories(root.resolve("usr/local/bin"));
    Process build =
        new ProcessBuilder("bash", "-euc", "useradd() { echo \"$@\" >user; }; " + below)
            .directory(root.toFile())
            .inheritIO()
            .start();
    assertThat(build.waitFor()).isZero();

    String home = image.get("VOLUME");
    assertThat(root.resolve("user"))
        .content()
        .contains("--uid " + image.get("USER"), "--home-dir " + root + home);
    assertThat(image).containsEntry("ENV", "HOME=" + home).containsEntry("WORKDIR", home);
    for (String program : List.of("/opt/stf-batch/bin/stf-batch", "/usr/local/bin/stf-batch")) {
      assertThat(root.resolve(program.substring(1)).toRealPath())
          .isEqualTo(installed.toRealPath().resolve("bin/stf-batch"));
    }
    assertThat(image).containsEntry("ENTRYPOINT", "[\"/opt/stf-batch/bin/stf-batch\"]");
  }

  /** The instructions by their first words, which all differ. */
  private static Map<String, String> containerfile() throws IOException {
    String text = Files.readString(installed.resolve("operations/Containerfile"));
    String version = text.replaceAll("(?s).*\nARG VERSION=(\\S+)\n.*", "$1");
    return text.replaceAll("(?m)^#.*\n", "")
        .replaceAll("\\\\\n\\s*", "")
        .replace("${VERSION}", version)
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.split(" ", 2))
        .collect(Collectors.toMap(words -> words[0], words -> words[1]));
  }

  @Test
  void withoutAUsableJavaItSaysWhatToInstall() throws Exception {
    Path none = Files.createDirectory(root.resolve("none"));
    assertThat(run(2, Map.of("JAVA_HOME", none.toString()), "--version"))
        .contains("no " + none + "/bin/java: install a Java runtime 17 or newer");

    assertThat(run(2, Map.of("JAVA_HOME", java("11.0.22")), "--version"))
        .contains("is Java 11: Java 17 or newer is needed");
    assertThat(run(2, Map.of("JAVA_HOME", java("1.8.0_292")), "--version")).contains("is Java 8:");
    assertThat(run(0, Map.of("JAVA_HOME", java("25")), "--version")).startsWith("started with -");
  }

  /** A Java of some version, which only tells that it was started. */
  private static String java(String version) throws IOException {
    Path home = root.resolve("java-" + version);
    Path program = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(program, "#!/usr/bin/env bash\necho started with \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home.toString();
  }

  @Test
  void nothingIsMissingAndEverybodyCanReadIt() throws IOException {
    assertThat(installed.resolve("bin/stf-batch"))
        .isExecutable()
        .hasSameBinaryContentAs(PROJECT.resolve("scripts/stf-batch"));
    assertThat(installed.resolve("operations/nightly")).isExecutable();
    for (String file :
        List.of(
            "LICENSE",
            "docs/README.md",
            "licenses/THIRD-PARTY.txt",
            "licenses/PostgreSQL.txt",
            "models/drawn-world/model.safetensors",
            "operations/Containerfile",
            "operations/stf-batch.service",
            "share/completion/stf-batch.bash")) {
      assertThat(installed.resolve(file)).isNotEmptyFile();
    }
    try (Stream<Path> all = Files.walk(installed)) {
      assertThat(all)
          .allSatisfy(
              file ->
                  assertThat(Files.getPosixFilePermissions(file))
                      .contains(PosixFilePermission.OTHERS_READ)
                      .doesNotContain(
                          PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
    }
  }

  @Test
  void everyJarIsListedWithItsLicence() throws IOException {
    List<String> listed = new ArrayList<>();
    for (String line : Files.readAllLines(installed.resolve("licenses/THIRD-PARTY.txt"))) {
      listed.add(line.split(" ")[0]);
    }
    try (Stream<Path> jars = Files.list(installed.resolve("lib"))) {
      List<String> names =
          jars.map(jar -> jar.getFileName().toString().replaceAll("(-linux-x86_64)?\\.jar$", ""))
              .filter(name -> !name.matches("stf-batch|(db|kafka)-\\d.*"))
              .toList();
      assertThat(names).hasSizeGreaterThan(100);
      assertThat(listed).containsAll(names);
    }
  }

  @Test
  void documentsLeadToEachOther() throws IOException {
    Path docs = installed.resolve("docs");
    Map<String, Path> lost = new TreeMap<>();
    try (Stream<Path> all = Files.walk(docs)) {
      for (Path document : all.filter(file -> file.toString().endsWith(".md")).toList()) {
        for (String link :
            LINK.matcher(Files.readString(document)).results().map(MatchResult::group).toList()) {
          String target = LINK.matcher(link).replaceAll("$1");
          if (target.matches(".*\\.(md|png|svg)")
              && !Files.exists(document.resolveSibling(target))) {
            lost.put(docs.relativize(document) + " -> " + target, document);
          }
        }
      }
    }
    assertThat(lost).isEmpty();
  }

  private String ok(String... command) throws IOException, InterruptedException {
    return run(0, Map.of(), command);
  }

  /** Gives what it printed, when it has ended with a code. */
  private String run(int expected, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      line.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
    }
    line.addAll(List.of("env", "-i", "HOME=" + home, "PATH=" + path));
    // The commands are over before the optimising compiler has gained anything.
    line.add("JAVA_OPTS=-XX:TieredStopAtLevel=1");
    environment.forEach((name, value) -> line.add(name + "=" + value));
    line.add(installed.resolve("bin/stf-batch").toString());
    line.addAll(List.of(command));
    Path printed = Files.createTempFile(root, "command", ".out");
    Process process =
        new ProcessBuilder(line)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    int code = process.waitFor();
    String output = Files.readString(printed);
    assertThat(code).as(output).isEqualTo(expected);
    return output;
  }
}
