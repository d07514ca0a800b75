package org.stfbatch.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Resumable download of one file. Received bytes are in {@code NAME.part}, where the next attempt,
 * or the next start of the program, resumes; the file gets its name when it is complete and its
 * checksum is verified.
 */
final class FileDownload {
  private static final int WRONG_AT_MOST = 2;

  private final HubClient client;
  private final Retry retry;
  private final FetchListener listener;
  private final HubFile file;
  private final Path target;
  private final Path part;
  private boolean complete;

  FileDownload(HubClient client, Retry retry, FetchListener listener, HubFile file, Path target) {
    this.client = client;
    this.retry = retry;
    this.listener = listener;
    this.file = file;
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + ".part");
  }

  /**
   * Returns how many bytes of the file exist on this machine; a complete file counts only if its
   * checksum is right.
   */
  long present() throws IOException {
    complete =
        Files.isRegularFile(target)
            && Files.size(target) == file.size()
            && file.checksum().equals(file.checksum().of(target));
    if (complete) {
      return file.size();
    }
    return Files.isRegularFile(part) ? Math.min(Files.size(part), file.size()) : 0;
  }

  /**
   * Downloads the bytes that {@link #present} found missing.
   *
   * @return bytes that came over the network
   * @throws HubException if the hub refuses the file, does not answer, or sends wrong content
   */
  long run() throws IOException, InterruptedException {
    return complete ? 0 : download();
  }

  private long download() throws IOException, InterruptedException {
    try (FileChannel channel = open()) {
      AtomicLong received = new AtomicLong();
      for (int wrong = 0; ; wrong++) {
        bring(channel, received);
        Checksum arrived = file.checksum().of(part);
        if (arrived.equals(file.checksum())) {
          channel.force(true);
          Files.move(
              part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          return received.get();
        }
        startAnew(channel);
        if (wrong + 1 == WRONG_AT_MOST) {
          throw wrong(arrived);
        }
        listener.brokenOff(file.toString(), "its checksum is wrong");
      }
    }
  }

  private FileChannel open() throws IOException {
    FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw beingFetched(e);
    }
    channel.close();
    throw beingFetched(null);
  }

  private HubException beingFetched(Throwable cause) {
    return HubException.permanent(
        "%s is being downloaded by another process: wait for it, or give another folder with --to"
            .formatted(target),
        cause);
  }

  private HubException wrong(Checksum arrived) {
    return HubException.temporary(
        "%s arrived wrong %d times (%s, but %s says %s): try again later, or another HF_ENDPOINT"
            .formatted(
                file, WRONG_AT_MOST, arrived.hex(), client.endpoint(), file.checksum().hex()));
  }

  private void bring(FileChannel channel, AtomicLong received)
      throws IOException, InterruptedException {
    if (channel.size() > file.size()) {
      startAnew(channel);
    }
    if (channel.size() < file.size()) {
      retry.run(file.toString(), new Transfer(channel, received));
    }
  }

  private void startAnew(FileChannel channel) throws IOException {
    listener.received(-Math.min(channel.size(), file.size()));
    channel.truncate(0);
  }

  /** A range request for the rest of the file. */
  private final class Transfer implements Retry.Attempt {
    private final FileChannel channel;
    private final AtomicLong received;

    Transfer(FileChannel channel, AtomicLong received) {
      this.channel = channel;
      this.received = received;
    }

    @Override
    public long arrived() {
      return received.get();
    }

    @Override
    public void run() throws BrokenOffException, IOException, InterruptedException {
      long start = channel.size();
      Map<String, String> range = start == 0 ? Map.of() : Map.of("Range", "bytes=" + start + "-");
      client.get(
          HubCatalogue.address(client, file), range, this::writing, this::arrived, file.folder());
      if (channel.size() < file.size()) {
        throw new BrokenOffException(
            "the server sent %d of %d bytes".formatted(channel.size(), file.size()), null);
      }
    }

    private BodySubscriber<Void> writing(ResponseInfo response) {
      try {
        long start = channel.size();
        if (response.statusCode() == 206) {
          requireStart(response, start);
        } else if (start > 0) {
          startAnew(channel);
        }
        AtomicLong position = new AtomicLong(channel.size());
        return BodySubscribers.ofByteArrayConsumer(
            bytes -> bytes.ifPresent(some -> write(some, position)));
      } catch (IOException e) {
        throw unwritable(e);
      }
    }

    private void requireStart(ResponseInfo response, long start) {
      Optional<String> range = response.headers().firstValue("Content-Range");
      if (range.filter(r -> r.startsWith("bytes " + start + "-")).isEmpty()) {
        throw HubException.permanent(
            "%s: the server was asked for the bytes from %d and sends %s: check the endpoint, or delete %s"
                .formatted(file, start, range.orElse("others"), part));
      }
    }

    private void write(byte[] bytes, AtomicLong position) {
      if (position.get() + bytes.length > file.size()) {
        throw HubException.temporary(
            "%s is longer than %s says (%d bytes): try again later, or another HF_ENDPOINT"
                .formatted(file, client.endpoint(), file.size()));
      }
      try {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          position.addAndGet(channel.write(buffer, position.get()));
        }
      } catch (IOException e) {
        throw unwritable(e);
      }
      received.addAndGet(bytes.length);
      listener.received(bytes.length);
    }

    private HubException unwritable(IOException cause) {
      return HubException.temporary(
          "%s cannot be written (%s): check the disk and try again; what has arrived is kept"
              .formatted(part, cause.getMessage()),
          cause);
    }
  }
}
