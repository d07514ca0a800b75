package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.Sampling;
import org.stfbatch.model.TokenPenalties;
import org.stfbatch.model.VisionLanguageModel;

/** Sequences in generation, by slot. They always occupy the first slots. */
final class RunningSequences {
  private final VisionLanguageModel model;
  private final List<GeneratedSequence> active = new ArrayList<>();

  RunningSequences(VisionLanguageModel model) {
    this.model = model;
  }

  int count() {
    return active.size();
  }

  boolean isEmpty() {
    return active.isEmpty();
  }

  /** Returns the sequences by slot; a view. */
  List<GeneratedSequence> all() {
    return Collections.unmodifiableList(active);
  }

  /** Appends sequences in the slots after the others. */
  void add(List<GeneratedSequence> entered) {
    active.addAll(entered);
  }

  void clear() {
    active.clear();
  }

  /** Returns the newest tokens and their positions. */
  Decoding decoding() {
    return new Decoding(
        active.stream().mapToInt(GeneratedSequence::newestToken).toArray(),
        active.stream().mapToInt(GeneratedSequence::position).toArray(),
        active.stream().mapToInt(GeneratedSequence::dropped).toArray(),
        active.stream().map(GeneratedSequence::cachedPrefix).toList());
  }

  /** Returns how the next tokens of the running and the entering sequences are selected. */
  Sampling sampling(List<GeneratedSequence> entering) {
    List<GeneratedSequence> all = new ArrayList<>(active);
    all.addAll(entering);
    return samplingOf(all);
  }

  private static Sampling samplingOf(List<GeneratedSequence> all) {
    TokenPenalties penalties = penaltiesOf(all);
    if (all.stream().allMatch(sequence -> sequence.generation().isGreedy())) {
      return Sampling.greedy(penalties);
    }
    float[] temperature = new float[all.size()];
    float[] topP = new float[all.size()];
    long[] key = new long[all.size()];
    for (int i = 0; i < all.size(); i++) {
      Generation generation = all.get(i).generation();
      temperature[i] = (float) generation.temperature();
      topP[i] = (float) generation.topP();
      key[i] = all.get(i).nextKey();
    }
    return new Sampling(temperature, topP, key, penalties);
  }

  private static TokenPenalties penaltiesOf(List<GeneratedSequence> all) {
    List<TokenPenalties.Row> penalized = new ArrayList<>();
    for (int row = 0; row < all.size(); row++) {
      if (all.get(row).isPenalized()) {
        penalized.add(all.get(row).penalties(row));
      }
    }
    return penalized.isEmpty() ? TokenPenalties.NONE : new TokenPenalties(all.size(), penalized);
  }

  /** Removes sequences and moves the last ones into the freed slots. */
  void remove(List<Integer> freed) {
    Set<Integer> gone = new HashSet<>(freed);
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<CacheLength> lengths = new ArrayList<>();
    int last = active.size() - 1;
    for (int slot : freed) {
      while (last > slot && gone.contains(last)) {
        last--;
      }
      if (last > slot) {
        from.add(last);
        to.add(slot);
        lengths.add(active.get(last).length());
        active.set(slot, active.get(last));
        last--;
      }
    }
    active.subList(active.size() - freed.size(), active.size()).clear();
    if (!from.isEmpty()) {
      model.moveSlots(Ints.of(from), Ints.of(to), lengths);
    }
  }
}
