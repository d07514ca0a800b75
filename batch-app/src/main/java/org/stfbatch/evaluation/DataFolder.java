package org.stfbatch.evaluation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Folder of one benchmark's data set. */
public final class DataFolder {
  private final Benchmark benchmark;
  private final Path folder;

  private DataFolder(Benchmark benchmark, Path folder) {
    this.benchmark = benchmark;
    this.folder = folder;
  }

  /**
   * @param data the folder of this data set, or the folder that has one subfolder per data set
   */
  public static DataFolder of(Benchmark benchmark, Path data) {
    Path base = data.toAbsolutePath().normalize();
    List<Path> candidates =
        new ArrayList<>(benchmark.dataSet().folders().stream().map(base::resolve).toList());
    candidates.add(base);
    DataSet wanted = benchmark.dataSet();
    Path folder =
        holding(List.of(wanted.questionFile()), candidates)
            .or(() -> holding(wanted.scoringFiles(), candidates))
            .orElseGet(() -> expected(benchmark, base));
    return new DataFolder(benchmark, folder);
  }

  /** Returns the first folder that has one of the files. */
  private static Optional<Path> holding(List<DataFile> files, List<Path> folders) {
    return folders.stream()
        .filter(folder -> files.stream().anyMatch(file -> find(file, folder).isPresent()))
        .findFirst();
  }

  private static Path expected(Benchmark benchmark, Path base) {
    boolean itself = benchmark.dataSet().folders().contains(String.valueOf(base.getFileName()));
    return itself
        ? base
        : benchmark.dataSet().folders().stream()
            .map(base::resolve)
            .filter(Files::isDirectory)
            .findFirst()
            .orElse(base.resolve(benchmark.dataSet().folders().get(0)));
  }

  private static Optional<Path> find(DataFile file, Path folder) {
    return file.places().stream().map(folder::resolve).filter(Files::exists).findFirst();
  }

  /** Whether the data set is present, that is, its question file is. */
  public boolean isThere() {
    return find(benchmark.dataSet().questionFile(), folder).isPresent();
  }

  /** Returns the path of the folder, which need not exist. */
  public Path path() {
    return folder;
  }

  /**
   * Requires all files that answering and scoring need.
   *
   * @throws BenchmarkException if a file is missing; the message names the first
   */
  public void check() {
    missing()
        .ifPresent(
            complaint -> {
              throw new BenchmarkException(complaint);
            });
  }

  /** Returns a message about the first missing file; empty if no file is missing. */
  public Optional<String> missing() {
    DataSet wanted = benchmark.dataSet();
    return Stream.of(
            Stream.of(wanted.questionFile()),
            wanted.imageFolder().stream(),
            wanted.scoringFiles().stream())
        .flatMap(files -> files)
        .filter(file -> find(file, folder).isEmpty())
        .findFirst()
        .map(this::complaint);
  }

  /** Returns the folder that image paths of questions are relative to. */
  public Path images() {
    return benchmark.dataSet().imageFolder().map(images -> find(images).path()).orElse(folder);
  }

  /**
   * @throws BenchmarkException if it is missing; the message names its expected paths and its
   *     origin
   */
  FoundFile find(DataFile file) {
    return find(file, folder)
        .map(path -> new FoundFile(path, file.origin()))
        .orElseThrow(() -> new BenchmarkException(complaint(file)));
  }

  private String complaint(DataFile file) {
    String place = file.places().get(0);
    String others =
        file.places().size() == 1
            ? ""
            : " (or there as "
                + String.join(", ", file.places().subList(1, file.places().size()))
                + ")";
    return "%s: %s is missing: it was expected at %s%s; it comes from %s"
        .formatted(
            benchmark.name(),
            place.substring(place.lastIndexOf('/') + 1),
            folder.resolve(place),
            others,
            file.origin());
  }
}
