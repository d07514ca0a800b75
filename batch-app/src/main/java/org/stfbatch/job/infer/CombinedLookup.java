package org.stfbatch.job.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReusableAnswerStore;
import org.stfbatch.db.ReuseKey;

/**
 * Lookup that combines the keys of concurrent callers: one of them queries the database for all
 * keys that have come meanwhile, over one connection. Thread safe.
 */
final class CombinedLookup implements AnswerReuse.Lookup {
  private final ReusableAnswerStore store;
  private final OptionalLong runId;
  private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();
  private final ReentrantLock querying = new ReentrantLock();

  private record Request(ReuseKey key, CompletableFuture<Optional<ReusableAnswer>> answer) {}

  /**
   * @param runId the only run whose answers are found; empty for all runs
   */
  CombinedLookup(ReusableAnswerStore store, OptionalLong runId) {
    this.store = store;
    this.runId = runId;
  }

  @Override
  public Optional<ReusableAnswer> find(ReuseKey key) {
    Request own = new Request(key, new CompletableFuture<>());
    waiting.add(own);
    querying.lock();
    try {
      if (!own.answer().isDone()) {
        query(taken());
      }
    } finally {
      querying.unlock();
    }
    try {
      return own.answer().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException error ? error : e;
    }
  }

  private List<Request> taken() {
    List<Request> taken = new ArrayList<>();
    for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
      taken.add(next);
    }
    return taken;
  }

  /** Completes the requests; with the error, if there is one. */
  private void query(List<Request> requests) {
    try {
      Map<ReuseKey, ReusableAnswer> found =
          store.find(requests.stream().map(Request::key).distinct().toList(), runId);
      requests.forEach(
          request -> request.answer().complete(Optional.ofNullable(found.get(request.key()))));
    } catch (RuntimeException | Error e) {
      requests.forEach(request -> request.answer().completeExceptionally(e));
    }
  }
}
