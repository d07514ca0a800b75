package org.stfbatch.bench;

/**
 * Measurement of a decode-only step.
 *
 * @param batch number of sequences
 * @param milliseconds median time of a step
 * @param gigabytesPerSecond weights, keys and values read per step, divided by its time
 * @param memoryShare fraction of the memory bandwidth, which is measured in turns with the steps
 * @param speedUp over the other side, the median of the rounds; 1 without another side
 */
public record DecodeStep(
    int batch, double milliseconds, double gigabytesPerSecond, double memoryShare, double speedUp) {
  void print(Text text) {
    text.row(
        batch,
        Text.format("%.2f", milliseconds),
        Text.format("%.1f", 1000 * batch / milliseconds),
        Text.format("%.1f", gigabytesPerSecond),
        Text.percent(memoryShare),
        Text.format("%.3f", speedUp));
  }
}
