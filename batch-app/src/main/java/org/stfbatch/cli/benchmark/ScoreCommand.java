package org.stfbatch.cli.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Benchmarks;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.OutputFile;
import org.stfbatch.evaluation.Score;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code score}: scores a file of raw answers. */
@Command(
    name = "score",
    description = {
      "Scores a file of raw benchmark answers from this program or the original scripts.",
      "For benchmarks that a server or a judge model scores, writes the submission files."
    },
    footer = {
      "  stf-batch score pope --data playground/data/eval --answers answers.jsonl",
      "  stf-batch score mmbench --data playground/data/eval --answers answers.jsonl --out upload"
    })
public final class ScoreCommand implements Callable<Integer> {
  private final Stores stores;

  @Parameters(paramLabel = "NAME", description = "The benchmark; an unknown name lists them.")
  private String name;

  @Mixin private BenchmarkOptions benchmarks;

  @Option(
      names = "--answers",
      required = true,
      paramLabel = "FILE",
      description = "The raw answers, one JSON object per line.")
  private Path answers;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The output folder. Default: the answers' path without its extension, with -NAME appended.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ScoreCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    Benchmark benchmark = Benchmarks.named(name);
    if (!Files.isReadable(answers) || Files.isDirectory(answers)) {
      throw new InputException("the answers " + answers + " cannot be read: check --answers");
    }
    Path folder = out != null ? out : beside(benchmark);
    DataFolder data = benchmarks.folder(benchmark);
    OutputPaths paths =
        new OutputPaths()
            .keepsOutOf("the program's store", stores.serverFolders())
            .reads("the data set's folder", data.path())
            .reads("--answers", answers)
            .writesInto("--out", folder);
    paths.check();
    Score score = benchmark.score(data, answers, benchmarks.variant());
    OptionalLong given = OptionalLong.of(lines());
    ScoreTable table = new ScoreTable();
    table.add(
        new ScoreTable.Row(
            benchmark,
            Optional.empty(),
            Optional.empty(),
            given,
            given,
            Optional.of(score),
            written(folder, score),
            Optional.empty()));
    System.out.print(json ? table.json() : table.text() + table.details());
    return 0;
  }

  /** Counts the answers: an incomplete set is not compared with the paper. */
  private long lines() throws IOException {
    // Any byte is valid here: the encoding was checked when the answers were scored.
    try (Stream<String> lines = Files.lines(answers, StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> !line.isBlank()).count();
    }
  }

  private List<Path> written(Path folder, Score score) throws IOException {
    for (OutputFile file : score.files()) {
      Path target = folder.resolve(file.name());
      if (Files.exists(target)) {
        new OutputPaths().reads("--answers", answers).writes("--out", target).check();
      }
    }
    List<Path> files = new ArrayList<>();
    for (OutputFile file : score.files()) {
      files.add(file.writeBelow(folder));
    }
    return files;
  }

  private Path beside(Benchmark benchmark) {
    String file = answers.getFileName().toString();
    int ending = file.lastIndexOf('.');
    return answers.resolveSibling(
        (ending > 0 ? file.substring(0, ending) : file) + "-" + benchmark.name());
  }
}
