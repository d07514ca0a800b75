package org.stfbatch.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Main class of a child process: prepares files in parallel and prints a line about each, in their
 * order.
 */
final class DecodingMain {
  private DecodingMain() {}

  public static void main(String[] files) throws Exception {
    ImageLoader loader = new ImageLoader(ImageLimits.defaults());
    ClipImageProcessor processor = new ClipImageProcessor(ClipImageConfig.openAi(336, Aspect.PAD));
    ExecutorService workers = Executors.newFixedThreadPool(files.length);
    List<Future<String>> outcomes = new ArrayList<>();
    for (String file : files) {
      outcomes.add(workers.submit(() -> outcome(loader, processor, Path.of(file))));
    }
    for (Future<String> outcome : outcomes) {
      System.out.println(outcome.get());
    }
    workers.shutdown();
  }

  private static String outcome(ImageLoader loader, ClipImageProcessor processor, Path file)
      throws InterruptedException {
    ImageSource source = new ImageSource.File(file.getParent(), file.getFileName().toString());
    try {
      return "prepared " + loader.load(source, processor::process).size();
    } catch (ImageException e) {
      return e.code() + " " + e.getMessage();
    }
  }
}
