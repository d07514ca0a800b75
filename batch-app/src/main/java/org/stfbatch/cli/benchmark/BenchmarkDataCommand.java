package org.stfbatch.cli.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;
import org.stfbatch.evaluation.synthetic.DrawnPicture;
import org.stfbatch.evaluation.synthetic.SyntheticSets;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmark-data}: generates small data sets in the layouts of the benchmarks. */
@Command(
    name = "benchmark-data",
    description = {
      "Generates small data sets in the exact layouts of all benchmarks, to try evaluate and score without the real data."
    },
    footer = {
      "  stf-batch benchmark-data --out drawn",
      "  stf-batch benchmark-data --out drawn --images 6 --seed 3"
    })
public final class BenchmarkDataCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The output folder.")
  private Path out;

  @Option(
      names = "--images",
      defaultValue = "8",
      paramLabel = "N",
      description = "Number of images. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Random seed; the same seed gives the same images. Default: ${DEFAULT-VALUE}")
  private long seed;

  BenchmarkDataCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .writesInto("--out", out)
        .check();
    requireDrawn();
    Path world = Files.createTempDirectory("stf-batch-world");
    try {
      DrawnWorld.write(world, DrawnWorldSettings.defaults().withImages(images).withSeed(seed));
      List<DrawnPicture> pictures = DrawnPictures.of(world);
      SyntheticSets.write(out, pictures);
      System.out.printf("%s: data sets of all benchmarks, %d images%n", out, pictures.size());
      return 0;
    } finally {
      delete(world);
    }
  }

  /**
   * Refuses a folder with other files: generated data sets have the file names of the real ones and
   * must not overwrite them.
   */
  private void requireDrawn() throws IOException {
    if (!Files.isDirectory(out) || Files.exists(out.resolve(SyntheticSets.MARKER))) {
      return;
    }
    try (Stream<Path> there = Files.list(out)) {
      if (there.findAny().isPresent()) {
        throw new OutputException(
            out + " holds files that benchmark-data did not write: give an empty or new --out");
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(BenchmarkDataCommand::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
