package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.AdamWSettings;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.TrainableTower;
import org.stfbatch.model.TrainingFlops;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.SafetensorsFile;
import org.stfbatch.model.checkpoint.SafetensorsWriter;

/** Training stage of a new vision tower: it learns to predict the words of image regions. */
public final class TowerRun implements Training {
  private static final String WORDS = "region-words.safetensors";
  private static final double NANOS = 1e9;

  private final TrainingInput input;
  private final TrainingSettings settings;
  private final TrainingFolder folder;
  private final List<RegionPicture> pictures;
  private final RegionVocabulary vocabulary;
  private final StepPlan plan;
  private final PictureReader reader;
  private final Progress progress;
  private long step;
  private TrainableTower tower;
  private TrainingLog log;

  private TowerRun(
      TrainingInput input,
      TrainingSettings settings,
      TrainingOutput output,
      TrainingFolder folder,
      List<RegionPicture> pictures)
      throws IOException {
    ClipVisionConfig vision = input.model().config().vision();
    this.input = input;
    this.settings = settings;
    this.folder = folder;
    this.pictures = pictures;
    this.vocabulary = new RegionVocabulary(pictures, vision.grid());
    this.plan = plan(pictures, settings);
    this.reader = new PictureReader(input.images(), input.pictures());
    this.progress = new Progress(folder, input.model(), output, input.model().yopoTuning());
    this.step = isDone() ? steps() : progress.steps();
  }

  /**
   * Opens a training: reads the data and the progress of the folder.
   *
   * @throws TrainingDataException if the data or the folder cannot be used
   */
  public static TowerRun open(TrainingInput input, TrainingSettings settings, TrainingOutput output)
      throws IOException {
    List<RegionPicture> pictures =
        RegionFile.read(input.data(), input.model().config().vision().patches());
    TrainingFolder folder = TrainingFolder.open(output.folder());
    try {
      folder.check(TrainingRun.described(input, settings));
      return new TowerRun(input, settings, output, folder, pictures);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static StepPlan plan(List<RegionPicture> pictures, TrainingSettings settings) {
    List<StepPlan.Planned> planned =
        Collections.nCopies(pictures.size(), new StepPlan.Planned(true, 1));
    return new StepPlan(planned, settings.batch(), settings.accumulate(), settings.seed());
  }

  @Override
  public int pictures() {
    return 0;
  }

  @Override
  public int picturesDone() {
    return 0;
  }

  @Override
  public int computeFeatures() {
    return 0;
  }

  @Override
  public int samples() {
    return pictures.size();
  }

  @Override
  public int samplesLeftOut() {
    return 0;
  }

  @Override
  public List<String> samplesRefused() {
    return List.of();
  }

  @Override
  public long steps() {
    return settings.steps(plan.stepsPerEpoch());
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
  public StepReport step() throws IOException {
    if (tower == null) {
      begin();
    }
    StepReport report = learn();
    step++;
    log.add(report);
    if (step == steps()) {
      progress.finish(tower.weights());
    } else if (progress.isDue(step)) {
      save();
    }
    return report;
  }

  private void begin() throws IOException {
    folder.begin(TrainingRun.described(input, settings));
    tower =
        TrainableTower.load(
            progress.weights(), input.settings(), vocabulary.size(), AdamWSettings.standard());
    Optional<Path> saved = folder.latest();
    if (saved.isPresent()) {
      tower.restoreWords(SafetensorsFile.read(saved.get().resolve(WORDS)).values());
      tower.weights().restore(progress.optimizer().orElseThrow());
    }
    log = TrainingLog.after(folder.log(), step);
  }

  private StepReport learn() {
    long start = System.nanoTime();
    List<List<Integer>> batches = plan.batches(step);
    PatchChoice choice = choice();
    double loss = 0;
    for (List<Integer> batch : batches) {
      List<RegionPicture> shown = batch.stream().map(pictures::get).toList();
      List<byte[]> pixels =
          reader.read(
              shown.stream().map(p -> new PictureReader.Wanted(p.image(), p.name())).toList());
      List<int[]> patches = shown.stream().map(choice::of).toList();
      List<byte[]> targets = new ArrayList<>();
      for (int i = 0; i < shown.size(); i++) {
        targets.add(vocabulary.targets(shown.get(i), patches.get(i)));
      }
      loss += tower.accumulate(pixels, patches, targets, 1.0 / batches.size()) / batches.size();
    }
    if (!Double.isFinite(loss)) {
      throw new ModelException(
          "the loss is %s at step %d: begin again with a lower --lr".formatted(loss, step + 1),
          null);
    }
    LearningRate rate = LearningRate.of(settings.learningRate(), settings.warmup(), steps());
    double norm = tower.weights().step(rate.at(step));
    int count = batches.stream().mapToInt(List::size).sum();
    return new StepReport(
        step + 1,
        steps(),
        (step + 1.0) / plan.stepsPerEpoch(),
        loss,
        rate.at(step),
        norm,
        count,
        (long) count * choice.count(),
        count * flops(choice.count()),
        new NoCompression(),
        (System.nanoTime() - start) / NANOS);
  }

  /**
   * The last tenth of the steps uses all patches: a tower trained on a selection must learn to
   * process whole images.
   */
  private PatchChoice choice() {
    ClipVisionConfig vision = input.model().config().vision();
    boolean all = settings.patches().isEmpty() || step >= steps() - steps() / 10;
    int count = all ? vision.patches() : Math.min(settings.patches().getAsInt(), vision.patches());
    return new PatchChoice(vision.grid(), count, settings.seed() + step);
  }

  private double flops(int patches) {
    LlavaConfig config = input.model().config();
    return TrainingFlops.ofTower(config.vision(), config.fusion().lastBlock(), patches);
  }

  @Override
  public void save() throws IOException {
    progress.save(step, () -> tower.weights(), path -> writeWords(path.resolve(WORDS)));
  }

  private void writeWords(Path file) throws IOException {
    Map<String, SafetensorsWriter.Data> words = new LinkedHashMap<>();
    for (String name : TrainableTower.WORD_TENSORS) {
      words.put(name, Progress.data(tower.weights(), name));
    }
    SafetensorsWriter.write(file, words);
  }

  @Override
  public void close() throws IOException {
    try (TrainingFolder closed = folder;
        TrainingLog closedLog = log;
        TrainableTower closedTower = tower) {
      tower = null;
    }
  }
}
