package org.stfbatch.image;

import java.util.LinkedHashMap;
import java.util.Map;

/** Cache of the tables of recently used sizes: the images of a collection share few sizes. */
final class BicubicTables {
  private static final int CAPACITY = 64;

  /** Tables of longer filters are rare and large, and are not cached. */
  private static final int LONGEST_KEPT = 512;

  private record Key(int inSize, long outSize, long skipped, int wanted) {}

  private final Map<Key, BicubicTable> kept = new LinkedHashMap<>(CAPACITY, 0.75f, true);

  BicubicTable get(int inSize, long outSize, long skipped, int wanted) {
    Key key = new Key(inSize, outSize, skipped, wanted);
    synchronized (kept) {
      BicubicTable known = kept.get(key);
      if (known != null) {
        return known;
      }
    }
    BicubicTable table = new BicubicTable(inSize, outSize, skipped, wanted);
    if (table.stride <= LONGEST_KEPT) {
      keep(key, table);
    }
    return table;
  }

  private void keep(Key key, BicubicTable table) {
    synchronized (kept) {
      kept.put(key, table);
      if (kept.size() > CAPACITY) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
  }

  int size() {
    synchronized (kept) {
      return kept.size();
    }
  }
}
