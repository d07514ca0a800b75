package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Generation;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Synthetic workload: random questions about random images, in the order of a run: image by image.
 *
 * @param images number of different images
 * @param questionsPerImage number of questions about each
 * @param newTokens lengths of the answers, assigned to the questions in turn
 * @param textTokens tokens of a question, plus or minus up to {@value #SPREAD}
 */
public record Workload(int images, int questionsPerImage, List<Integer> newTokens, int textTokens) {
  /** Number of tokens before the image: that of LLaVA-1.5's conversation template. */
  static final int SYSTEM_TOKENS = 35;

  private static final int SPREAD = 5;

  /** Smallest id that is not a special token. */
  private static final int FIRST_ID = 3;

  public Workload {
    newTokens = List.copyOf(newTokens);
    if (images < 1 || questionsPerImage < 1 || newTokens.isEmpty() || textTokens <= SPREAD) {
      throw new IllegalArgumentException(
          "a workload needs an image, a question and more than " + SPREAD + " text tokens");
    }
    newTokens.forEach(Generation::greedy);
  }

  /**
   * A question.
   *
   * @param image index of its image
   * @param job the prepared job
   */
  record Item(int image, EngineJob job) {
    Item with(Generation generation) {
      return new Item(image, new EngineJob(job.promptIds(), job.images(), generation));
    }
  }

  int questions() {
    return images * questionsPerImage;
  }

  int longestAnswer() {
    return newTokens.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /** Returns the workload with at most {@code fewer} images. */
  Workload atMost(int fewer) {
    return new Workload(Math.min(images, fewer), questionsPerImage, newTokens, textTokens);
  }

  /**
   * Returns the questions. Another seed gives other images and another text before them, so that no
   * cached prefix of an earlier pass matches.
   */
  List<Item> items(LlavaConfig config, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] system = ids(config, random, SYSTEM_TOKENS);
    List<Item> items = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      Pixels pixels = pixels(config, random);
      for (int question = 0; question < questionsPerImage; question++) {
        int length = textTokens - SPREAD + random.nextInt(2 * SPREAD + 1);
        int[] prompt = prompt(system, ids(config, random, length));
        Generation generation = Generation.greedy(newTokens.get(items.size() % newTokens.size()));
        items.add(new Item(image, new EngineJob(prompt, List.of(pixels), generation)));
      }
    }
    return items;
  }

  private static int[] ids(LlavaConfig config, SplittableRandom random, int count) {
    return random.ints(count, FIRST_ID, config.language().vocabSize()).toArray();
  }

  private static Pixels pixels(LlavaConfig config, SplittableRandom random) {
    int size = config.vision().imageSize();
    byte[] bytes = new byte[3 * size * size];
    random.nextBytes(bytes);
    return new Pixels(size, bytes);
  }

  private static int[] prompt(int[] system, int[] question) {
    int[] prompt = new int[system.length + 1 + question.length];
    System.arraycopy(system, 0, prompt, 0, system.length);
    prompt[system.length] = LlamaTokenizer.IMAGE_TOKEN_INDEX;
    System.arraycopy(question, 0, prompt, system.length + 1, question.length);
    return prompt;
  }
}
