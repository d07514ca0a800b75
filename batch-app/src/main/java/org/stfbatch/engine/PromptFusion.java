package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * LLaVA-Mini's pre-fusion of the prompts of entering sequences. What does not depend on a question
 * is computed once an image: its encoding and its rows in the layers of pre-fusion. These stay in
 * the model's entries for the images that were used last. Used by the device thread only.
 */
final class PromptFusion {
  /**
   * Number of images in a call, and of those that are kept: enough rows to keep matrix kernels
   * busy, few enough to keep activations and entries small.
   */
  private static final int IMAGES = 4;

  private final VisionLanguageModel model;
  private final EngineMeter meter;
  private final boolean reuse;

  /** The entry of each kept image; least recently used first. */
  private final Map<String, Integer> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A prompt to be fused.
   *
   * @param image the hash of its image's content, or anything unique without reuse
   * @param index of the sequence in the call
   */
  private record Question(String image, int index, Sequence sequence) {}

  /**
   * @param reuse whether questions about one image share its computation
   */
  PromptFusion(VisionLanguageModel model, EngineMeter meter, boolean reuse) {
    this.model = model;
    this.meter = meter;
    this.reuse = reuse;
  }

  /**
   * Pre-fuses prompts with one image each.
   *
   * @param sequences at least one
   * @return the embeddings of each prompt's positions, in the order of the sequences
   */
  VisionTokens fuse(List<? extends Sequence> sequences) {
    Map<String, List<Question>> byImage =
        IntStream.range(0, sequences.size())
            .mapToObj(i -> question(i, sequences.get(i)))
            .collect(
                Collectors.groupingBy(Question::image, LinkedHashMap::new, Collectors.toList()));
    List<List<Question>> groups = List.copyOf(byImage.values());
    VisionTokens[] fused = new VisionTokens[sequences.size()];
    for (int first = 0; first < groups.size(); first += IMAGES) {
      List<List<Question>> call = groups.subList(first, Math.min(groups.size(), first + IMAGES));
      provideEntries(call);
      fuse(call.stream().flatMap(List::stream).toList(), fused);
    }
    return VisionTokens.joined(Arrays.asList(fused));
  }

  private Question question(int index, Sequence sequence) {
    String image = reuse ? sequence.images().get(0).contentHash() : "sequence " + index;
    return new Question(image, index, sequence);
  }

  /**
   * Computes the images that have no entry.
   *
   * @param groups the questions about each image
   */
  private void provideEntries(List<List<Question>> groups) {
    if (!reuse) {
      entries.clear();
    }
    List<Question> missing =
        groups.stream()
            .map(group -> group.get(0))
            .filter(first -> !entries.containsKey(first.image()))
            .toList();
    meter.prefixHits(groups.stream().mapToInt(List::size).sum() - missing.size());
    if (missing.isEmpty()) {
      return;
    }
    Set<String> needed =
        groups.stream().map(group -> group.get(0).image()).collect(Collectors.toSet());
    int[] free = freeEntries(missing.size(), needed);
    List<byte[]> pixels =
        missing.stream().map(first -> first.sequence().images().get(0).chw()).toList();
    meter.fusingImages(pixels.size(), () -> model.fuseImages(pixels, free));
    for (int i = 0; i < free.length; i++) {
      entries.put(missing.get(i).image(), free[i]);
    }
  }

  /** Takes unused entries, then those of images that are not needed and least recently used. */
  private int[] freeEntries(int count, Set<String> needed) {
    List<Integer> free =
        IntStream.range(0, IMAGES)
            .filter(entry -> !entries.containsValue(entry))
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    for (String image : List.copyOf(entries.keySet())) {
      if (free.size() < count && !needed.contains(image)) {
        free.add(entries.remove(image));
      }
    }
    return Ints.of(free.subList(0, count));
  }

  private void fuse(List<Question> questions, VisionTokens[] fused) {
    List<int[]> prompts = questions.stream().map(each -> each.sequence().fusedIds()).toList();
    int[] used = questions.stream().mapToInt(each -> entries.get(each.image())).toArray();
    VisionTokens rows = meter.encoding(0, () -> model.fusePrompts(prompts, used));
    for (int i = 0; i < used.length; i++) {
      fused[questions.get(i).index()] = rows.picture(i);
    }
  }
}
