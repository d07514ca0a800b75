package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.AdamWSettings;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingFlops;
import org.stfbatch.model.checkpoint.DurableFolder;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.YopoTuning;
import org.stfbatch.prompt.LlamaTokenizer;

/** Training stage of LLaVA: computes the features of all images, then performs the steps. */
public final class TrainingRun implements Training {
  private static final int PICTURES_AT_ONCE = 16;

  private final TrainingInput input;
  private final TrainingSettings settings;
  private final TrainingOutput output;
  private final TrainingFolder folder;
  private final TrainingSamples samples;
  private final StepPlan plan;
  private final FeatureCache features;
  private final PictureReader pictures;
  private final Progress progress;
  private final long steps;
  private long step;
  private TrainableModel model;
  private Trainer trainer;
  private TrainingLog log;

  private TrainingRun(
      TrainingInput input,
      TrainingSettings settings,
      TrainingOutput output,
      TrainingFolder folder,
      TrainingSamples samples)
      throws IOException {
    this.input = input;
    this.settings = settings;
    this.output = output;
    this.folder = folder;
    this.samples = samples;
    this.plan =
        new StepPlan(samples.planned(), settings.batch(), settings.accumulate(), settings.seed());
    this.pictures = new PictureReader(input.images(), input.pictures());
    this.features = features();
    this.progress = new Progress(folder, input.model(), output, tuning(input, settings));
    this.steps =
        settings.flops().isPresent()
            ? cost().nearestSteps(settings.flops().getAsDouble())
            : settings.steps(plan.stepsPerEpoch());
    settings.compression().requireStepOfEach(steps);
    this.step = isDone() ? steps() : progress.steps();
  }

  /**
   * Opens a training: reads and tokenizes the data, and reads the progress of the folder.
   *
   * @throws TrainingDataException if the data or the folder cannot be used
   * @throws IllegalArgumentException if the model cannot be trained with a strategy of the
   *     settings, or has fewer steps than these have stages
   */
  public static TrainingRun open(
      TrainingInput input, TrainingSettings settings, TrainingOutput output) throws IOException {
    settings.compression().check(input.model().config());
    List<Sample> data = SampleFile.read(input.data());
    TrainingFolder folder = TrainingFolder.open(output.folder());
    try {
      folder.check(described(input, settings, output));
      return new TrainingRun(
          input, settings, output, folder, samples(input, settings.stage(), data));
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static Map<String, String> described(
      TrainingInput input, TrainingSettings settings, TrainingOutput output) throws IOException {
    Map<String, String> described = described(input, settings);
    described.put("--features-dtype", output.features().torchName());
    described.putAll(settings.compression().described());
    described.put(
        "--flops-of",
        settings.flops().isPresent()
            ? String.valueOf(settings.flops().getAsDouble())
            : TrainingFolder.NONE);
    return described;
  }

  /** Returns all settings that determine the steps. */
  static Map<String, String> described(TrainingInput input, TrainingSettings settings)
      throws IOException {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("stage", settings.stage().name().toLowerCase(Locale.ROOT));
    described.put("--model", input.model().fingerprint());
    described.put("--data", FileHash.of(input.data()));
    described.put("--images", input.images().toAbsolutePath().normalize().toString());
    described.put("--epochs", String.valueOf(settings.epochs()));
    described.put(
        "--max-steps",
        settings.maxSteps().isPresent()
            ? String.valueOf(settings.maxSteps().getAsLong())
            : TrainingFolder.NONE);
    described.put("--batch", String.valueOf(settings.batch()));
    described.put("--accumulate", String.valueOf(settings.accumulate()));
    described.put("--lr", String.valueOf(settings.learningRate()));
    described.put("--warmup", String.valueOf(settings.warmup()));
    described.put("--seed", String.valueOf(settings.seed()));
    settings.patches().ifPresent(patches -> described.put("--patches", String.valueOf(patches)));
    described.put("--dtype", input.settings().dtype().torchName());
    return described;
  }

  /**
   * Returns the YOPO settings of the trained model: those that its language model was trained with
   * last.
   */
  private static Optional<YopoTuning> tuning(TrainingInput input, TrainingSettings settings) {
    Optional<YopoTuning> before = input.model().yopoTuning();
    if (settings.stage() != TrainingStage.FINETUNE) {
      return before;
    }
    return settings.compression().last() instanceof Yopo yopo
        ? Optional.of(YopoTuning.by(yopo, before))
        : Optional.empty();
  }

  private static TrainingSamples samples(
      TrainingInput input, TrainingStage stage, List<Sample> data) {
    LlavaConfig config = input.model().config();
    int maxLength =
        Math.min(config.tokenizerModelMaxLength(), config.language().maxPositionEmbeddings());
    try (LlamaTokenizer tokenizer =
        LlamaTokenizer.open(input.model().directory(), config.language().vocabSize())) {
      if (!tokenizer.isSentencePiece()) {
        throw new TrainingDataException(
            "%s has the tokenizer of Llama 3, and training knows the conversations of Vicuna alone: train a model of LLaMA 1 or 2"
                .formatted(input.model().directory()));
      }
      return TrainingSamples.of(
          data,
          stage.template().tokenizer(tokenizer, maxLength),
          new RowLayout(config.visionTokens(), maxLength, tokenizer.unknownTokenId()));
    }
  }

  private TrainingCost cost() {
    TrainingFlops flops = TrainingFlops.of(input.model(), settings.stage()::trains);
    return new TrainingCost(plan, settings.compression(), samples, flops);
  }

  private FeatureCache features() {
    LlavaConfig config = input.model().config();
    List<String> identity = new ArrayList<>();
    identity.add(input.model().visionFingerprint());
    identity.add(output.features().name());
    identity.add(input.images().toAbsolutePath().normalize().toString());
    samples.pictures().forEach(picture -> identity.add(picture.reference()));
    Path place = output.sharedFeatures().orElse(folder.features());
    return new FeatureCache(
        place.resolve(FileHash.of(identity)),
        output.features(),
        samples.pictures().size(),
        config.featuresPerPicture());
  }

  @Override
  public int samples() {
    return samples.size();
  }

  @Override
  public int samplesLeftOut() {
    return samples.leftOut();
  }

  @Override
  public List<String> samplesRefused() {
    return samples.refused();
  }

  @Override
  public int pictures() {
    return samples.pictures().size();
  }

  @Override
  public int picturesDone() {
    return pictures() == 0 ? 0 : features.done();
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public long stepsDone() {
    return step;
  }

  @Override
  public boolean isDone() {
    return progress.isDone();
  }

  @Override
  public Path model() {
    return folder.model();
  }

  @Override
  public int computeFeatures() throws IOException {
    int from = picturesDone();
    int to = Math.min(pictures(), from + PICTURES_AT_ONCE);
    if (from < to) {
      List<byte[]> pixels = pictures.read(wanted(samples.pictures().subList(from, to)));
      features.append(openModel().visionFeatures(pixels, output.features()));
    }
    return to - from;
  }

  private static List<PictureReader.Wanted> wanted(List<TrainingSamples.Picture> pictures) {
    return pictures.stream()
        .map(picture -> new PictureReader.Wanted(picture.reference(), picture.sample().name()))
        .toList();
  }

  @Override
  public StepReport step() throws IOException {
    if (trainer == null) {
      begin();
    }
    StepReport report = trainer.step(step);
    step++;
    log.add(report);
    if (step == steps()) {
      progress.finish(model.weights());
      DurableFolder.delete(folder.features());
    } else if (progress.isDue(step)) {
      save();
    }
    return report;
  }

  private void begin() throws IOException {
    TrainableModel trained = openModel();
    trained.useFeatures(features.file(), output.features(), pictures());
    folder.begin(described(input, settings, output));
    log = TrainingLog.after(folder.log(), step);
    trainer =
        new Trainer(
            trained,
            samples,
            plan,
            LearningRate.of(settings.learningRate(), settings.warmup(), steps()),
            settings.compression());
  }

  private TrainableModel openModel() throws IOException {
    if (model == null) {
      model =
          TrainableModel.load(
              progress.weights(),
              input.settings(),
              settings.stage()::trains,
              AdamWSettings.standard());
      progress.optimizer().ifPresent(model.weights()::restore);
    }
    return model;
  }

  @Override
  public void save() throws IOException {
    progress.save(step, () -> model.weights());
  }

  @Override
  public void close() throws IOException {
    try {
      if (log != null) {
        log.close();
      }
      if (model != null) {
        model.close();
      }
    } finally {
      folder.close();
    }
  }
}
