package org.stfbatch.comparison;

import java.util.function.Consumer;

/** Repeatable source of jobs: every pass yields the same jobs in the same order. */
@FunctionalInterface
public interface JobSource {
  /** Calls the action for each job in turn, on the calling thread. */
  void forEach(Consumer<NamedJob> action);
}
