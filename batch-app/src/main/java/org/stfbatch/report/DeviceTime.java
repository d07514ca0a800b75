package org.stfbatch.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunSlice;

/**
 * Distributes device seconds over equal time slices of a run, so that no slice has more than the
 * devices' time in it.
 *
 * <p>A device call is counted with all of its seconds when it ends, so a chunk may have more device
 * seconds than its duration: some were spent earlier. The excess moves to earlier slices in which
 * the devices had unused time, and only if there are none, to later slices. The sums are preserved,
 * unless they exceed the devices' total time.
 */
final class DeviceTime {
  private static final int STAGES = 3;

  private final double[] capacity;
  private final double[][] spent;

  private DeviceTime(List<RunSlice> slices, List<RunFigures.Attempt> attempts) {
    capacity = slices.stream().mapToDouble(slice -> capacity(slice, attempts)).toArray();
    spent =
        slices.stream()
            .map(RunSlice::seconds)
            .map(s -> new double[] {s.vision(), s.prefill(), s.decode()})
            .toArray(double[][]::new);
  }

  /**
   * Returns the slices with distributed device seconds.
   *
   * @param slices of equal width and without gaps
   * @param attempts in order, covering the slices
   */
  static List<RunReport.Slice> of(List<RunSlice> slices, List<RunFigures.Attempt> attempts) {
    DeviceTime time = new DeviceTime(slices, attempts);
    time.fit();
    List<RunReport.Slice> fitted = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      fitted.add(time.slice(slices.get(i), i));
    }
    return List.copyOf(fitted);
  }

  /** Returns the seconds that the devices of all attempts had within a slice. */
  private static double capacity(RunSlice slice, List<RunFigures.Attempt> attempts) {
    double capacity = 0;
    for (RunFigures.Attempt attempt : attempts) {
      double from = Math.max(slice.second(), attempt.second());
      double to = Math.min(slice.second() + slice.width(), attempt.second() + attempt.seconds());
      capacity += attempt.devices() * Math.max(0, to - from);
    }
    return capacity;
  }

  private void fit() {
    double[] carried = new double[STAGES];
    for (int i = spent.length - 1; i >= 0; i--) {
      carried = carry(carried, i);
    }
    for (int i = 0; i < spent.length; i++) {
      carried = carry(carried, i);
    }
  }

  /**
   * Adds seconds to a slice.
   *
   * @return the excess over the slice's capacity, the same share of each stage
   */
  private double[] carry(double[] carried, int slice) {
    double[] all = new double[STAGES];
    Arrays.setAll(all, stage -> spent[slice][stage] + carried[stage]);
    double kept = Math.min(1, capacity[slice] / Arrays.stream(all).sum());
    if (!(kept < 1)) {
      spent[slice] = all;
      return new double[STAGES];
    }
    double[] rest = new double[STAGES];
    for (int stage = 0; stage < STAGES; stage++) {
      spent[slice][stage] = kept * all[stage];
      rest[stage] = all[stage] - spent[slice][stage];
    }
    return rest;
  }

  private RunReport.Slice slice(RunSlice slice, int index) {
    ChunkMetric.Seconds all = slice.seconds();
    ChunkMetric.Seconds fitted =
        new ChunkMetric.Seconds(
            all.fetch(),
            all.imageDecode(),
            spent[index][0],
            spent[index][1],
            spent[index][2],
            all.inputWait(),
            all.answerWait(),
            all.database());
    return new RunReport.Slice(
        slice.second(),
        slice.width(),
        slice.jobs(),
        slice.failures(),
        slice.images(),
        slice.generatedTokens(),
        fitted,
        capacity[index]);
  }
}
