package org.stfbatch.demo;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.stfbatch.demo.BrokenJobs.BrokenLine;

/**
 * Generator of a drawn world: pictures of shapes and questions about them.
 *
 * <p>A world is a folder: {@code images/} holds the pictures and {@code scenes.jsonl} their
 * content. A training world adds {@code finetune.json}, {@code pretrain.json}, {@code
 * language.json} and {@code regions.jsonl}, a test world {@code questions.jsonl} and {@code
 * labels.jsonl}. All but {@code regions.jsonl} are in LLaVA's formats.
 */
public final class DrawnWorld {
  /** Pictures that are drawn in parallel, on as many cores as there are. */
  private static final int BATCH = 256;

  /** The content of the pictures; written for both splits. */
  public static final String SCENES = "scenes.jsonl";

  private final Path dir;
  private final Path images;
  private final DrawnWorldSettings settings;
  private final SceneSource source;

  private DrawnWorld(Path dir, DrawnWorldSettings settings) {
    this.dir = dir;
    this.images = dir.resolve("images");
    this.settings = settings;
    this.source = new SceneSource(settings.split(), settings.seed());
  }

  /**
   * Writes a world into {@code dir}, which is created if needed; existing files are replaced. Draws
   * on all cores.
   */
  public static DrawnWorldSummary write(Path dir, DrawnWorldSettings settings) throws IOException {
    // Drawing into memory needs no display; headless mode avoids a failure if DISPLAY names one
    // that no longer exists.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    ImageIO.setUseCache(false);
    return new DrawnWorld(dir, settings).write();
  }

  /** Returns the names of the files that are written in addition to {@link #SCENES}. */
  public static List<String> namesOf(Split split) {
    return split == Split.TRAIN ? TrainingFiles.NAMES : QuestionFiles.NAMES;
  }

  private DrawnWorldSummary write() throws IOException {
    Files.createDirectories(images);
    List<BrokenLine> broken = settings.broken() ? writeBroken() : List.of();
    int questions;
    try (WorldFiles files = files(broken);
        NewFile scenes = new NewFile(dir.resolve(SCENES))) {
      for (int first = 0; first < settings.images(); first += BATCH) {
        addBatch(first, Math.min(first + BATCH, settings.images()), files, scenes);
      }
      scenes.commit();
      questions = files.commit();
    }
    TreeMap<String, Integer> failures = new TreeMap<>();
    broken.forEach(line -> failures.merge(line.expectedCode(), 1, Integer::sum));
    return new DrawnWorldSummary(settings.images(), questions, failures);
  }

  private WorldFiles files(List<BrokenLine> broken) throws IOException {
    return settings.split() == Split.TRAIN
        ? new TrainingFiles(dir)
        : new QuestionFiles(dir, settings.detail(), broken);
  }

  private void addBatch(int first, int end, WorldFiles files, NewFile sceneFile)
      throws IOException {
    List<PicturedScene> scenes = draw(first, end);
    for (int i = 0; i < scenes.size(); i++) {
      PicturedScene pictured = scenes.get(i);
      List<Question> questions =
          source.questions(first + i, pictured.scene(), settings.questionsPerImage());
      files.add(first + i, pictured, questions, SceneSource.captions(pictured.scene()));
      sceneFile.line(SceneFile.line(pictured));
    }
  }

  private List<PicturedScene> draw(int first, int end) throws IOException {
    try {
      return IntStream.range(first, end).parallel().mapToObj(this::draw).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private PicturedScene draw(int number) {
    PicturedScene pictured = source.scene(number);
    try {
      PictureFormat.of(number, settings.split())
          .write(picture(pictured.scene()), images.resolve(pictured.image()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pictured;
  }

  private BufferedImage picture(Scene scene) {
    return settings.black() ? SceneArtist.black(scene) : SceneArtist.draw(scene);
  }

  private List<BrokenLine> writeBroken() throws IOException {
    BufferedImage drawing = SceneArtist.draw(source.scene(-1).scene());
    return BrokenJobs.write(images, drawing);
  }
}
