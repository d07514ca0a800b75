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
 * Reads and parses a topic on a thread of its own, while the step stores what was read before. What
 * is read ahead is bounded by count and by bytes. An error of that thread, of whatever kind,
 * reaches the step. One thread takes, and closes.
 */
final class MessageFeed implements AutoCloseable {
  private static final int BATCHES_AHEAD = 2;

  /** A batch alone may hold more: there is no limit to a message but the broker's. */
  private static final long BYTES_AHEAD = 16L << 20;

  private static final long ROOM_MILLIS = 10;
  private static final Duration PATIENCE = Duration.ofMillis(200);
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

  /** Set before {@link #isRead}. */
  private Throwable failure;

  /** Whether nothing more will be put. */
  private volatile boolean isRead;

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
    try {
      thread.start();
    } catch (Error e) {
      reader.close();
      throw e;
    }
  }

  /**
   * The next batch if one comes within a moment.
   *
   * @throws RuntimeException what has ended the reading, when the batches before it were handed out
   * @throws Error the same
   */
  Optional<MessageBatch> poll() throws InterruptedException {
    // In this order: what the thread has put last is seen once it has ended.
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

  /** Whether everything was handed out. */
  boolean isOver() {
    return over;
  }

  /** What has been handed out is committed up to there; the broker is told for lag tools. */
  void committed(Map<Integer, Long> positions) {
    committed.set(positions);
  }

  /** Whatever ends the reading is noted without making an object: there may be no memory left. */
  private void read() {
    try {
      TopicIdentity topic = reader.open();
      batches(topic, messages.apply(new Opened(topic, reader.positions())));
    } catch (StoppedException e) {
      // Nothing is lost: what was handed out counts.
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
      TopicBatch polled = reader.poll(batch.isEmpty() ? PATIENCE : Duration.ZERO);
      tellLagTools();
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

  /** Returns the positions after the batch. */
  private Map<Integer, Long> put(MessageBatch batch) throws InterruptedException {
    while (!closed && !offer(batch)) {
      tellLagTools();
    }
    return batch.positions();
  }

  private boolean offer(MessageBatch batch) throws InterruptedException {
    if (!queue.isEmpty() && bytesAhead.get() + batch.bytes() > BYTES_AHEAD) {
      Thread.sleep(ROOM_MILLIS);
      return false;
    }
    bytesAhead.addAndGet(batch.bytes());
    if (queue.offer(batch, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      return true;
    }
    bytesAhead.addAndGet(-batch.bytes());
    return false;
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
    Threads.awaitEnd(List.of(thread));
  }
}
