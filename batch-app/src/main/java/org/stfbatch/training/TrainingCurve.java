package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Loss curve of a training.
 *
 * @param name of the training's folder
 * @param points in the order of the steps
 */
public record TrainingCurve(String name, List<Point> points) {
  /**
   * Mean of consecutive steps.
   *
   * @param step number of the last of them
   * @param loss mean loss of them
   */
  public record Point(long step, double loss) {}

  /**
   * Reads the loss curve of a training, running or done.
   *
   * @param folder of the training
   * @param most maximum number of points; each is the mean of equally many steps
   * @throws TrainingDataException if the folder has no training log
   * @throws IOException if a file cannot be read
   */
  public static TrainingCurve of(Path folder, int most) throws IOException {
    Path log = folder.resolve(TrainingFolder.LOG);
    if (!Files.exists(log)) {
      throw new TrainingDataException(
          "there is no %s: give the --out folder of a training".formatted(log));
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    return new TrainingCurve(name, means(TrainingLog.losses(log), most));
  }

  private static List<Point> means(List<Double> losses, int most) {
    int width = Math.max(1, (losses.size() + most - 1) / most);
    List<Point> points = new ArrayList<>();
    for (int from = 0; from < losses.size(); from += width) {
      int to = Math.min(losses.size(), from + width);
      double sum = losses.subList(from, to).stream().mapToDouble(Double::doubleValue).sum();
      points.add(new Point(to, sum / (to - from)));
    }
    return points;
  }
}
