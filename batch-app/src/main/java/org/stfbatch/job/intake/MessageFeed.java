package org.stfbatch.job.intake;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.TopicBatch;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicReader;

/**
 * Reads and parses a topic on a thread of its own, while the step stores what was read before. An
 * error of that thread reaches the step. One thread takes, and closes.
 */
final class MessageFeed implements AutoCloseable {
  private static final int BATCHES_AHEAD = 2;
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final long POLL_MILLIS = 100;

  private final TopicReader reader;
  private final String group;
  private final int chunk;
  private final Function<Opened, Session> messages;
  private final BlockingQueue<Signal> queue = new ArrayBlockingQueue<>(BATCHES_AHEAD);
  private final AtomicReference<Map<Integer, Long>> committed = new AtomicReference<>(Map.of());
  private final CountDownLatch taken = new CountDownLatch(1);
  private final Thread thread = new Thread(this::read, "intake");
  private volatile boolean closed;
  private long left;
  private boolean over;

  /**
   * The topic as it was found.
   *
   * @param identity which one it is
   * @param positions where reading begins
   */
  record Opened(TopicIdentity identity, Map<Integer, Long> positions) {}

  /**
   * How the topic is read from there.
   *
   * @param parser of its messages
   * @param begunAt the stored next offset of each partition
   */
  record Session(JobMessages parser, Map<Integer, Long> begunAt) {}

  /** What the queue carries. */
  private sealed interface Signal {
    record Batch(MessageBatch batch) implements Signal {}

    record End(Optional<RuntimeException> error) implements Signal {}
  }

  /**
   * Starts reading at once.
   *
   * @param reader not open yet; closed with this
   * @param group for lag tools
   * @param most at most so many messages
   * @param messages called on the feed's thread when the topic was found
   */
  MessageFeed(
      TopicReader reader, String group, int chunk, long most, Function<Opened, Session> messages) {
    this.reader = reader;
    this.group = group;
    this.chunk = chunk;
    this.left = most;
    this.messages = messages;
    thread.setDaemon(true);
    thread.start();
  }

  /** The next batch if one comes within a moment. */
  Optional<MessageBatch> poll() throws InterruptedException {
    Signal signal = over ? null : queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (signal instanceof Signal.Batch batch) {
      return Optional.of(batch.batch());
    }
    if (signal instanceof Signal.End end) {
      over = true;
      end.error()
          .ifPresent(
              error -> {
                throw error;
              });
    }
    return Optional.empty();
  }

  /** Whether everything was handed out. */
  boolean isOver() {
    return over;
  }

  /** What has been handed out is committed up to there; the broker is told for lag tools. */
  void committed(Map<Integer, Long> positions) {
    committed.set(positions);
  }

  private void read() {
    try {
      TopicIdentity topic = reader.open();
      batches(topic, messages.apply(new Opened(topic, reader.positions())));
      put(new Signal.End(Optional.empty()));
    } catch (StoppedException e) {
      putEnd(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      putEnd(Optional.of(e));
    } finally {
      finish();
    }
  }

  private void batches(TopicIdentity topic, Session session) throws InterruptedException {
    BatchBuilder batch = new BatchBuilder(topic, session, chunk);
    Map<Integer, Long> before = Map.of();
    boolean more = true;
    while (more) {
      TopicBatch polled = reader.poll(batch.isEmpty() ? PATIENCE : Duration.ZERO);
      tellLagTools();
      add(batch, polled);
      more = left > 0 && !reader.ended();
      boolean due = batch.isFull() || !more || polled.isEmpty() && queue.isEmpty();
      if (due && !batch.isIdle(before)) {
        MessageBatch built = batch.build();
        put(new Signal.Batch(built));
        before = built.positions();
        batch = new BatchBuilder(topic, session, chunk);
      }
    }
  }

  private void add(BatchBuilder batch, TopicBatch polled) {
    int count = polled.records().size();
    if (count <= left) {
      batch.add(polled);
      left -= count;
    } else {
      batch.addFirst(polled, (int) left);
      left = 0;
    }
  }

  private void put(Signal signal) throws InterruptedException {
    while (!closed && !queue.offer(signal, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      tellLagTools();
    }
  }

  private void putEnd(Optional<RuntimeException> error) {
    try {
      put(new Signal.End(error));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tellLagTools() {
    Map<Integer, Long> positions = committed.getAndSet(Map.of());
    if (!positions.isEmpty()) {
      reader.commitForLagTools(group, positions);
    }
  }

  /** The reader is for one thread: this one says the last word to lag tools, too. */
  private void finish() {
    try {
      taken.await();
      tellLagTools();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      reader.close();
    }
  }

  /** Stops reading, and returns when the reader is closed. */
  @Override
  public void close() {
    closed = true;
    reader.stop();
    taken.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
