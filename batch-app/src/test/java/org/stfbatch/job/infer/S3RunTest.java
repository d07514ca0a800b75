package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.ingest.IngestJob;
import org.stfbatch.job.ingest.IngestTerms;
import org.stfbatch.job.ingest.OnChange;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;
import org.stfbatch.storage.Storage;
import org.stfbatch.testing.FaultyS3;
import org.stfbatch.testing.FaultyS3.Fault;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.S3Server;

/**
 * A run over the images of a bucket whose server refuses, cuts connections and sends damaged
 * content. With -Dstfbatch.s3.images=10000 this is the long form.
 */
class S3RunTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final S3Server SERVER = new S3Server();

  private static final Pattern NUMBER = Pattern.compile("/run/(\\d+)\\.png");

  private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

  @Test
  @Timeout(1800)
  void everyJobHasOneOutcome() throws IOException {
    int images = Integer.getInteger("stfbatch.s3.images", 240);
    byte[] picture = Files.readAllBytes(Golden.file("images").resolve("wide.png"));
    IntStream.range(0, images)
        .parallel()
        .forEach(i -> SERVER.put("run/%05d.png".formatted(i), picture));
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate("bucket");

    try (FaultyS3 faulty = FaultyS3.start(SERVER.endpoint(), S3RunTest::fault);
        Storage storage = new Storage(S3Server.settings(faulty.endpoint()))) {
      IngestJob ingest =
          new IngestJob(
              new BatchRuntime(DATABASE.dataSource()),
              run,
              Progress.none(),
              new StopSignal(),
              new IngestTerms(Optional.empty(), OnChange.KEEP, false));
      ImageRoot.Bucket root = (ImageRoot.Bucket) ImageRoot.parse("s3://pictures/run/");
      assertThat(ingest.captions(root, storage, "What?").added()).isEqualTo(images);
      assertThat(ingest.captions(root, storage, "What?").added()).isZero();
      FetchSettings settings =
          FetchSettings.defaults()
              .withPatience(Duration.ofMinutes(5))
              .withBuckets(S3Server.settings(faulty.endpoint()), Set.of());
      assertThat(infer(run, settings)).isEqualTo(InferJob.Ending.DONE);
    }

    RunStatus status = new RunStatusStore(DATABASE.dataSource()).status(run);
    int broken = (images + 59) / 60;
    assertThat(status.waiting()).isZero();
    assertThat(status.failed()).as(notices.toString()).isEqualTo(broken);
    assertThat(status.answered()).isEqualTo(images - broken);
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    "select count(distinct job_id) from (select job_id from answer union all"
                        + " select job_id from failure) as outcome")
                .query(Long.class)
                .single())
        .isEqualTo(images);
  }

  /** One image of 60 always arrives damaged; one of three fails once. */
  private static Fault fault(String line, int count) {
    Matcher number = NUMBER.matcher(line);
    if (!number.find()) {
      return Fault.NONE;
    }
    int image = Integer.parseInt(number.group(1));
    if (image % 60 == 0) {
      return Fault.WRONG_TAG;
    }
    Fault[] once = {Fault.SLOW_DOWN, Fault.CUT, Fault.WRONG_TAG};
    return count == 1 && image % 3 == 1 ? once[image / 3 % 3] : Fault.NONE;
  }

  private InferJob.Ending infer(Run run, FetchSettings settings) throws IOException {
    double[] half = {0.5, 0.5, 0.5};
    ImageLimits limits =
        new ImageLimits(1 << 20, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(30), 1);
    Path checkpoint = Golden.file("checkpoints/tiny");
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint)) {
      return new InferJob(
              new BatchRuntime(DATABASE.dataSource()),
              run,
              new InferSettings(
                  64,
                  new InferSettings.Window(128, 16 << 20),
                  OptionalLong.empty(),
                  "vicuna_v1",
                  new InferSettings.Defaults(8, 0, 1, 0, List.of())),
              new ServedModel(
                  ScriptedEngine.healthy(),
                  new Preparation(
                      limits,
                      settings,
                      new ClipImageConfig(8, half, half, Aspect.PAD),
                      tokenizer,
                      new PromptLimit(2048, false),
                      notices::add),
                  new ModelName("scripted", ModelIdentity.plain("fingerprint"))),
              Progress.none(),
              new StopSignal())
          .run();
    }
  }
}
