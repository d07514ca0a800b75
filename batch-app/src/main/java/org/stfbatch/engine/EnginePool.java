package org.stfbatch.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Pool of engines, one per device. All questions about an image go to the device that processed it
 * first, so that it is encoded once; a new image goes to the device with the fewest unfinished
 * jobs. If one engine breaks, its jobs fail as they would without the pool.
 */
public final class EnginePool implements Engine {
  /** Many more images than any engine caches prefixes of. */
  private static final int REMEMBERED_IMAGES = 10_000;

  private final List<Member> members;
  private final Map<String, Member> homes = new RecentImages();

  private EnginePool(List<Member> members) {
    this.members = members;
  }

  /**
   * Loads the model on all devices concurrently and returns when all are ready.
   *
   * @param devices at least one; each has its own KV cache according to {@code settings}
   * @param tokenizer the caller closes it, after the engine
   */
  public static Engine start(
      LlavaCheckpoint checkpoint,
      List<ModelSettings> devices,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    return of(
        devices.stream()
            .<Supplier<Engine>>map(
                device -> () -> BatchingEngine.start(checkpoint, device, tokenizer, settings))
            .toList());
  }

  /** Starts the engines concurrently; if one fails to start, closes the others. */
  static Engine of(List<Supplier<Engine>> starters) {
    if (starters.size() == 1) {
      return starters.get(0).get();
    }
    List<CompletableFuture<Engine>> starting =
        starters.stream().map(CompletableFuture::supplyAsync).toList();
    List<Member> members = new ArrayList<>();
    try {
      starting.forEach(future -> members.add(new Member(future.join())));
    } catch (CompletionException e) {
      starting.forEach(future -> future.thenAccept(Engine::close));
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
    return new EnginePool(members);
  }

  @Override
  public CompletableFuture<Outcome> submit(EngineJob job) {
    return memberFor(job).submit(job);
  }

  private Member memberFor(EngineJob job) {
    if (job.images().isEmpty()) {
      return leastBusy();
    }
    String image = job.images().get(0).contentHash();
    synchronized (homes) {
      return homes.computeIfAbsent(image, unseen -> leastBusy());
    }
  }

  private Member leastBusy() {
    return Collections.min(members, (a, b) -> Integer.compare(a.inHand.get(), b.inHand.get()));
  }

  @Override
  public EngineStatistics statistics() {
    return engines().map(Engine::statistics).reduce(EngineStatistics.NONE, EngineStatistics::plus);
  }

  @Override
  public List<StalledDevice> stalled(Duration limit) {
    return engines().flatMap(engine -> engine.stalled(limit).stream()).toList();
  }

  @Override
  public ModelIdentity model() {
    return members.get(0).engine.model();
  }

  @Override
  public void close() {
    engines().forEach(Engine::close);
  }

  private Stream<Engine> engines() {
    return members.stream().map(member -> member.engine);
  }

  /** An engine and its number of unfinished jobs. */
  private static final class Member {
    private final Engine engine;
    private final AtomicInteger inHand = new AtomicInteger();

    Member(Engine engine) {
      this.engine = engine;
    }

    CompletableFuture<Outcome> submit(EngineJob job) {
      inHand.incrementAndGet();
      try {
        return engine.submit(job).whenComplete((outcome, failure) -> inHand.decrementAndGet());
      } catch (RuntimeException e) {
        inHand.decrementAndGet();
        throw e;
      }
    }
  }

  /** Least-recently-used map from an image to the engine that processed it. */
  private static final class RecentImages extends LinkedHashMap<String, Member> {
    RecentImages() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Member> eldest) {
      return size() > REMEMBERED_IMAGES;
    }
  }
}
