package org.stfbatch.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Downloads several files in parallel; the first failure cancels the others. */
final class Downloads {
  private static final double GB = 1e9;

  private final HubSettings settings;
  private final FetchListener listener;

  Downloads(HubSettings settings, FetchListener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * @param total bytes of all files
   * @param folder a folder on the target disk
   * @return bytes that came over the network
   * @throws HubException if a file cannot be downloaded, or the disk has too little space for all
   */
  long run(List<FileDownload> downloads, long total, Path folder)
      throws IOException, InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(settings.connections(), work -> new Thread(work, "download"));
    try {
      long present = sum(threads, downloads.stream().map(Downloads::present).toList());
      requireRoom(folder, total - present);
      listener.begins(total, present);
      return sum(threads, downloads.stream().map(Downloads::missing).toList());
    } finally {
      threads.shutdownNow();
      while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        threads.shutdownNow();
      }
    }
  }

  private static Callable<Long> present(FileDownload download) {
    return download::present;
  }

  private static Callable<Long> missing(FileDownload download) {
    return download::run;
  }

  private static long sum(ExecutorService threads, List<Callable<Long>> tasks)
      throws IOException, InterruptedException {
    CompletionService<Long> done = new ExecutorCompletionService<>(threads);
    tasks.forEach(done::submit);
    long sum = 0;
    for (int i = 0; i < tasks.size(); i++) {
      try {
        sum += done.take().get();
      } catch (ExecutionException e) {
        throw cause(e);
      }
    }
    return sum;
  }

  private static IOException cause(ExecutionException failure) {
    if (failure.getCause() instanceof RuntimeException known) {
      throw known;
    }
    if (failure.getCause() instanceof IOException known) {
      return known;
    }
    return new IOException(failure.getCause());
  }

  private static void requireRoom(Path folder, long missing) throws IOException {
    long room = Files.getFileStore(folder).getUsableSpace();
    if (missing > room) {
      throw HubException.permanent(
          "%s has room for %s, but %s are missing: free some, or give another folder with --to"
              .formatted(folder, gigabytes(room), gigabytes(missing)));
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
