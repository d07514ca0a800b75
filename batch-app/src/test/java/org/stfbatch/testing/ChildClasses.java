package org.stfbatch.testing;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.stfbatch.cli.TypicalCommands;

/**
 * The classes under test for child processes, with an archive for class data sharing (CDS), which
 * saves a child a third of the CPU time of its start. CDS takes classes from jars only, so that
 * folders of the class path are packed. All test processes of a build use one archive, in {@code
 * target/child-classes}; the first that needs it makes it, and makes it again after a change. If
 * that fails, the log there says why, and children start without it.
 */
public final class ChildClasses {
  private static final Path FOLDER = Path.of("target", "child-classes").toAbsolutePath();
  private static final Path ARCHIVE = FOLDER.resolve("classes.jsa");
  private static final Path MADE = FOLDER.resolve("class-path");

  /** Less than any test that waits for the archive may take. */
  private static final long LIMIT_MINUTES = 2;

  /** The archive does not depend on them, but a child with others cannot use it. */
  private static final List<String> JVM =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true");

  private ChildClasses() {}

  /**
   * Returns the options of a JVM that loads this JVM's class path from the archive. The JVM must
   * use the serial garbage collector.
   *
   * @throws UncheckedIOException if the folders cannot be packed
   */
  public static synchronized List<String> options() {
    try {
      Files.createDirectories(FOLDER);
      try (FileChannel channel =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!isFresh()) {
          make();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // A JVM without a usable archive runs without one, and must not say so on standard output.
    return List.of(
        "-XX:SharedArchiveFile=" + ARCHIVE,
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
        "-cp",
        classPath());
  }

  private static List<Path> entries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .toList();
  }

  private static String classPath() {
    List<Path> entries = entries();
    List<String> jars = new ArrayList<>();
    for (Path entry : entries) {
      jars.add((Files.isDirectory(entry) ? packed(entries.indexOf(entry)) : entry).toString());
    }
    return String.join(File.pathSeparator, jars);
  }

  private static Path packed(int index) {
    return FOLDER.resolve("folder-" + index + ".jar");
  }

  private static boolean isFresh() throws IOException {
    if (!Files.exists(MADE) || !Files.readString(MADE).equals(classPath())) {
      return false;
    }
    long time = Files.getLastModifiedTime(MADE).toMillis();
    for (Path entry : entries()) {
      try (Stream<Path> files = Files.walk(entry)) {
        if (files.anyMatch(file -> file.toFile().lastModified() > time)) {
          return false;
        }
      }
    }
    return true;
  }

  private static void make() throws IOException {
    Files.deleteIfExists(ARCHIVE);
    List<Path> entries = entries();
    for (Path entry : entries) {
      if (Files.isDirectory(entry)) {
        pack(entry, packed(entries.indexOf(entry)));
      }
    }
    Path unfinished = FOLDER.resolve("unfinished.jsa");
    if (dump(unfinished)) {
      Files.move(unfinished, ARCHIVE);
    }
    Files.writeString(MADE, classPath());
  }

  private static void pack(Path folder, Path jar) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
    }
    Path unfinished = FOLDER.resolve("unfinished.jar");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
        Files.copy(file, zip);
      }
    }
    // A child that still runs keeps the jar that it has opened.
    Files.move(unfinished, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean dump(Path archive) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(JVM);
    line.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    line.add("-XX:ArchiveClassesAtExit=" + archive);
    line.addAll(List.of("-cp", classPath(), TypicalCommands.class.getName()));
    line.add(Files.createDirectories(FOLDER.resolve("work")).toString());
    line.add(Path.of("target", "test-database").toAbsolutePath().toString());
    line.add(Golden.file("checkpoints/tiny").toAbsolutePath().toString());
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("log").toFile())
            .start();
    try {
      return process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the archive of classes was made", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
