package org.stfbatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * Which generating sequences ask the keys of a prefix together, because they begin with the same.
 *
 * @param places so many first keys are asked together by all groups; 0 if none are
 * @param shelves where the prefix of each group lies
 * @param groups the slots of each
 * @param alone the other slots
 */
record SharedPrefixes(int places, List<Integer> shelves, List<List<Integer>> groups, int[] alone) {
  /** Nothing is shared. */
  static final SharedPrefixes NONE = new SharedPrefixes(0, List.of(), List.of(), new int[0]);

  /** Fewer keys are not worth a product of their own. */
  private static final int FEWEST_PLACES = 32;

  /** Kernels like places that are a multiple of this. */
  private static final int PLACE_STEP = 16;

  /**
   * A group's product has to spare so many bytes of reading in a layer: what calling some more
   * kernels costs.
   */
  private static final long WORTH_BYTES = 1 << 20;

  /**
   * Groups the slots, if that spares more than it costs.
   *
   * @param keyBytes of one key in one layer
   */
  static SharedPrefixes of(Decoding decoding, long keyBytes) {
    Map<Integer, List<Integer>> byShelf = new LinkedHashMap<>();
    for (int slot = 0; slot < decoding.count(); slot++) {
      if (decoding.shelves()[slot] != Decoding.NO_SHELF) {
        byShelf.computeIfAbsent(decoding.shelves()[slot], n -> new ArrayList<>()).add(slot);
      }
    }
    byShelf.values().removeIf(slots -> slots.size() < 2);
    int shared = byShelf.values().stream().mapToInt(List::size).sum();
    int shortest =
        byShelf.values().stream()
            .flatMap(List::stream)
            .mapToInt(slot -> decoding.prefixes()[slot])
            .min()
            .orElse(0);
    int places = shortest / PLACE_STEP * PLACE_STEP;
    // What the others' keys cost more, which are copied to be read.
    long spared = shared - byShelf.size() - (decoding.count() - shared);
    boolean pays = spared * places * keyBytes > WORTH_BYTES * byShelf.size();
    return places >= FEWEST_PLACES && pays
        ? new SharedPrefixes(
            places,
            List.copyOf(byShelf.keySet()),
            List.copyOf(byShelf.values()),
            alone(decoding.count(), byShelf))
        : NONE;
  }

  private static int[] alone(int count, Map<Integer, List<Integer>> groups) {
    boolean[] grouped = new boolean[count];
    groups.values().forEach(slots -> slots.forEach(slot -> grouped[slot] = true));
    return IntStream.range(0, count).filter(slot -> !grouped[slot]).toArray();
  }

  /** Tells a module. */
  void tell(TorchModule module) {
    module.call(
        "share",
        Tensor.int64(groups.stream().flatMapToInt(g -> g.stream().mapToInt(i -> i)).toArray()),
        groups.stream().mapToLong(List::size).toArray(),
        shelves.stream().mapToLong(i -> i).toArray(),
        Tensor.int64(alone),
        places);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedPrefixes that
        && places == that.places
        && shelves.equals(that.shelves)
        && groups.equals(that.groups)
        && Arrays.equals(alone, that.alone);
  }

  @Override
  public int hashCode() {
    return shelves.hashCode() + groups.hashCode();
  }
}
