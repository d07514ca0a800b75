package org.stfbatch.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunSlice;

/**
 * What the devices did in each slice of a run, never more than they had time for.
 *
 * <p>A device's call is counted when it ends, with all of its seconds, so that a chunk may have
 * more than it lasted: they were spent before. They are moved to slices before it in which the
 * devices had time left, and only if there are none to slices behind it. Sums stay the stored ones,
 * unless they are more than the devices had time for at all.
 */
final class DeviceTime {
  private static final int STAGES = 3;

  private final double[] room;
  private final double[][] spent;

  private DeviceTime(List<RunSlice> slices, List<RunFigures.Attempt> attempts) {
    room = slices.stream().mapToDouble(slice -> room(slice, attempts)).toArray();
    spent =
        slices.stream()
            .map(RunSlice::seconds)
            .map(s -> new double[] {s.vision(), s.prefill(), s.decode()})
            .toArray(double[][]::new);
  }

  /**
   * @param slices equal, one after the other
   * @param attempts in their order, covering the slices
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

  /** Seconds that the devices of all attempts had within a slice. */
  private static double room(RunSlice slice, List<RunFigures.Attempt> attempts) {
    double room = 0;
    for (RunFigures.Attempt attempt : attempts) {
      double from = Math.max(slice.second(), attempt.second());
      double to = Math.min(slice.second() + slice.width(), attempt.second() + attempt.seconds());
      room += attempt.devices() * Math.max(0, to - from);
    }
    return room;
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
   * @return what is more than it has room for, of each stage the same share
   */
  private double[] carry(double[] carried, int slice) {
    double[] all = new double[STAGES];
    Arrays.setAll(all, stage -> spent[slice][stage] + carried[stage]);
    double kept = Math.min(1, room[slice] / Arrays.stream(all).sum());
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
        room[index]);
  }
}
