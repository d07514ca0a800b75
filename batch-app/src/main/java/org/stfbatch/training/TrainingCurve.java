package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the loss of a training fell.
 *
 * @param name the training's folder's
 * @param points in the order of the steps
 */
public record TrainingCurve(String name, List<Point> points) {
  /**
   * Some steps beside each other.
   *
   * @param step the last one's number
   * @param loss the mean of theirs
   */
  public record Point(long step, double loss) {}

  /**
   * Reads the curve of a training, going on or done.
   *
   * @param folder the training's own
   * @param most so many points at most; each is the mean of as many steps
   * @throws TrainingDataException if nothing was trained there
   * @throws IOException if a file cannot be read
   */
  public static TrainingCurve of(Path folder, int most) throws IOException {
    Path log = folder.resolve(TrainingFolder.LOG);
    if (!Files.exists(log)) {
      throw new TrainingDataException(
          "there is no %s: give the folder that a training has as --out".formatted(log));
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
