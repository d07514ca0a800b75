package org.stfbatch.comparison;

import java.util.function.Consumer;

/** Jobs that can be read again and again, always the same ones in the same order. */
@FunctionalInterface
public interface JobSource {
  /** Gives one job after the other, on the calling thread. */
  void forEach(Consumer<NamedJob> action);
}
