package org.stfbatch.cli.model;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.stfbatch.cli.option.ComparedOptions;
import org.stfbatch.cli.option.ConversationOption;
import org.stfbatch.cli.option.QuestionFileOptions;
import org.stfbatch.cli.option.QuestionInput;
import org.stfbatch.cli.option.ReadModel;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.comparison.Comparison;
import org.stfbatch.comparison.ModelComparison;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Stage;
import org.stfbatch.job.InputException;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.ingest.QuestionSource;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model compare}: measures how a setting changes answers and speed. */
@Command(
    name = "compare",
    description = {
      "Answers the same questions with two settings of --dtype, --weights or --compress, and shows how the answers differ.",
      "It reports how many answers are equal, how their likelihoods differ, which layers differ, and the speed of both. Stores nothing."
    },
    footer = {
      "  stf-batch model compare --weights int8 --against bfloat16 --questions questions.jsonl --images pictures",
      "  stf-batch model compare --model llava-v1.5-7b --compress vtc-cls:tokens=144 --against none --run nightly --limit 200"
    })
final class ModelCompareCommand implements Callable<Integer> {
  private final Stores stores;

  @Mixin private ComparedOptions compared;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Mixin private QuestionFileOptions reading;

  @Option(
      names = "--limit",
      defaultValue = "200",
      paramLabel = "N",
      description = "Use the first N questions. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "Maximum tokens per answer. Default: ${DEFAULT-VALUE}")
  private int maxNewTokens;

  @Mixin private ConversationOption conversation;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ModelCompareCommand(Stores stores) {
    this.stores = stores;
  }

  private static final class Source {
    @Option(
        names = "--questions",
        paramLabel = "FILE",
        description = "The question file, in any format of ingest; also s3:// and http(s)://.")
    private StorageAddress questions;

    @Option(names = "--run", paramLabel = "RUN", description = "Use the questions of this run.")
    private String run;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new IllegalArgumentException("--limit must be at least 1, not " + limit);
    }
    compared.check();
    InferSettings settings = settings();
    List<StoredJob> jobs = source.run == null ? fromFile() : fromRun();
    if (jobs.isEmpty()) {
      throw new InputException("there is no usable question: check --questions or --run");
    }
    try (ReadModel model = compared.read();
        PreparedJobs prepared =
            new PreparedJobs(jobs, compared.preparation(model).preparer(settings))) {
      Comparison comparison =
          new ModelComparison(model.checkpoint(), model.tokenizer(), compared.engine())
              .of(compared.tested(), compared.against(), prepared);
      System.out.println(
          json
              ? comparison.toJson()
              : "model " + compared.modelName() + "\n" + comparison.toText());
      return 0;
    }
  }

  private InferSettings settings() {
    return new InferSettings(
        1,
        new InferSettings.Window(1, 1),
        OptionalLong.empty(),
        conversation.name(),
        new InferSettings.Defaults(maxNewTokens, 0, 1, 0, List.of()));
  }

  private List<StoredJob> fromFile() {
    try (Storage storage = compared.storage();
        QuestionInput input = reading.open(source.questions, storage)) {
      QuestionSource questions = input.source();
      return input.read(() -> input.format().first(questions.file(), questions.images(), limit));
    }
  }

  private List<StoredJob> fromRun() {
    if (reading.areGiven()) {
      throw new IllegalArgumentException(
          "--images and --format are for --questions: a run has its own");
    }
    try (Stores.Connected db = stores.open()) {
      long run = db.run(source.run).runId();
      return new ImageJobStore(db.database().dataSource()).first(run, Stage.INGEST.stored(), limit);
    }
  }
}
