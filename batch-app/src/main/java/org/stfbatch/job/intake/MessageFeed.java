package org.stfbatch.job.intake;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.stfbatch.base.Threads;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.kafka.TopicBatch;
import org.stfbatch.kafka.TopicIdentity;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRecord;

/**
 * Reads and parses a topic on its own thread while the step stores earlier messages. The read-ahead
 * is bounded by count and bytes. Any error of that thread is rethrown to the step. One thread calls
 * {@link #poll} and {@link #close}.
 */
final class MessageFeed implements AutoCloseable {
  private static final int BATCHES_AHEAD = 2;

  /** A single batch may hold more, because only the broker limits the size of a message. */
  private static final long BYTES_AHEAD = 16L << 20;

  private static final long RETRY_MILLIS = 10;
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
  private static final long POLL_MILLIS = 100;

  private final TopicReader reader;
  private final String group;
  private final int chunk;
  private final Function<Opened, Session> messages;
  private final BlockingQueue<MessageBatch> queue = new ArrayBlockingQueue<>(BATCHES_AHEAD);
  private final AtomicReference<Map<Integer, Long>> committed = new AtomicReference<>(Map.of());
  private final CountDownLatch taken = new CountDownLatch(1);
  private final Thread thread = Threads.daemon("intake", this::read);
  private final AtomicLong bytesAhead = new AtomicLong();
  private volatile boolean closed;

  /** Written before {@link #isRead}. */
  private Throwable failure;

  /** Whether no more batches will be queued. */
  private volatile boolean isRead;

  private long left;
  private boolean over;

  /**
   * The topic as the broker describes it.
   *
   * @param identity the cluster and topic ids
   * @param positions the offsets at which reading begins
   */
  record Opened(TopicIdentity identity, Map<Integer, Long> positions) {}

  /**
   * The state for reading the topic.
   *
   * @param parser of its messages
   * @param begunAt the stored next offset of each partition
   */
  record Session(JobMessages parser, Map<Integer, Long> begunAt) {}

  /**
   * Starts reading.
   *
   * @param reader not open yet; closed with this feed
   * @param group the consumer group, for monitoring tools
   * @param most the most messages to read
   * @param messages called on the feed's thread when the topic was opened
   */
  MessageFeed(
      TopicReader reader, String group, int chunk, long most, Function<Opened, Session> messages) {
    this.reader = reader;
    this.group = group;
    this.chunk = chunk;
    this.left = most;
    this.messages = messages;
    try {
      thread.start();
    } catch (Error e) {
      reader.close();
      throw e;
    }
  }

  /**
   * Waits up to 100 ms for the next batch.
   *
   * @throws RuntimeException the error that ended the reading, after the batches before it were
   *     handed out
   * @throws Error likewise
   */
  Optional<MessageBatch> poll() throws InterruptedException {
    // Read before the queue: the last batch of a thread that has ended is then in the queue.
    boolean ended = isRead;
    MessageBatch batch = over ? null : queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (batch != null) {
      bytesAhead.addAndGet(-batch.bytes());
    } else if (ended && !over) {
      over = true;
      throwFailure();
    }
    return Optional.ofNullable(batch);
  }

  private void throwFailure() {
    if (failure instanceof Error error) {
      throw error;
    } else if (failure != null) {
      throw (RuntimeException) failure;
    }
  }

  /** Returns whether all batches were handed out. */
  boolean isOver() {
    return over;
  }

  /**
   * Records the offsets that are committed in the database; they are also committed at the broker,
   * for monitoring tools.
   */
  void committed(Map<Integer, Long> positions) {
    committed.set(positions);
  }

  /**
   * Reads the topic. The error that ends it is recorded without allocating an object, because there
   * may be no memory left.
   */
  private void read() {
    try {
      TopicIdentity topic = reader.open();
      batches(topic, messages.apply(new Opened(topic, reader.positions())));
    } catch (StoppedException e) {
      // Nothing is lost: batches that were handed out are stored.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = new IllegalStateException("interrupted while reading a topic", e);
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      isRead = true;
      finish();
    }
  }

  private void batches(TopicIdentity topic, Session session) throws InterruptedException {
    BatchBuilder batch = new BatchBuilder(topic, session, chunk, Map.of());
    Map<Integer, Long> before = Map.of();
    boolean more = true;
    while (more) {
      TopicBatch polled = reader.poll(batch.isEmpty() ? POLL_TIMEOUT : Duration.ZERO);
      commitForLagTools();
      List<TopicRecord> wanted = first(polled.records());
      for (TopicRecord record : wanted) {
        if (batch.isFull()) {
          before = put(batch.build());
          batch = new BatchBuilder(topic, session, chunk, before);
        }
        batch.add(record);
      }
      left -= wanted.size();
      if (wanted.size() == polled.records().size()) {
        batch.moveTo(polled.positions());
      }
      more = left > 0 && !reader.ended();
      boolean due = batch.isFull() || !more || polled.isEmpty() && queue.isEmpty();
      if (due && !batch.isIdle(before)) {
        before = put(batch.build());
        batch = new BatchBuilder(topic, session, chunk, before);
      }
    }
  }

  private List<TopicRecord> first(List<TopicRecord> records) {
    return records.subList(0, (int) Math.min(records.size(), left));
  }

  /** Queues a batch. Returns the offsets after it. */
  private Map<Integer, Long> put(MessageBatch batch) throws InterruptedException {
    while (!closed && !offer(batch)) {
      commitForLagTools();
    }
    return batch.positions();
  }

  private boolean offer(MessageBatch batch) throws InterruptedException {
    if (!queue.isEmpty() && bytesAhead.get() + batch.bytes() > BYTES_AHEAD) {
      Thread.sleep(RETRY_MILLIS);
      return false;
    }
    bytesAhead.addAndGet(batch.bytes());
    if (queue.offer(batch, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      return true;
    }
    bytesAhead.addAndGet(-batch.bytes());
    return false;
  }

  private void commitForLagTools() {
    Map<Integer, Long> positions = committed.getAndSet(Map.of());
    if (!positions.isEmpty()) {
      reader.commitForLagTools(group, positions);
    }
  }

  /**
   * Commits the last offsets for monitoring tools and closes the reader. The reader is not thread
   * safe, so this thread does both.
   */
  private void finish() {
    try {
      taken.await();
      commitForLagTools();
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
    Threads.awaitEnd(List.of(thread));
  }
}
