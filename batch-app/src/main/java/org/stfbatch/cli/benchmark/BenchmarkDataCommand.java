package org.stfbatch.cli.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;
import org.stfbatch.evaluation.synthetic.DrawnPicture;
import org.stfbatch.evaluation.synthetic.SyntheticSets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws small data sets in the layouts of the benchmarks. */
@Command(
    name = "benchmark-data",
    description = {
      "Draws small data sets in the exact layouts of all benchmarks, to try evaluate and score out",
      "before the real ones are there."
    })
public final class BenchmarkDataCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to.")
  private Path out;

  @Option(
      names = "--images",
      defaultValue = "8",
      paramLabel = "N",
      description = "Pictures. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "The same seed draws the same pictures.")
  private long seed;

  @Override
  public Integer call() throws IOException {
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
