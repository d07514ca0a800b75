package org.stfbatch.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a benchmark's data set is called and where its files are.
 *
 * @param name what commands call it: lower-case letters, digits and hyphens
 * @param title what people call it
 * @param reported what the paper reports, if it does
 * @param folders the names that its folder has in the folder of all data sets, the usual one first
 * @param questionFile holds the questions; without it the data set is not there at all
 * @param imageFolder the folder below which the images are; empty if the questions hold them
 * @param scoringFiles the further files that scoring reads
 */
public record DataSet(
    String name,
    String title,
    Optional<Published> reported,
    List<String> folders,
    DataFile questionFile,
    Optional<DataFile> imageFolder,
    List<DataFile> scoringFiles) {
  public DataSet {
    folders = List.copyOf(folders);
    scoringFiles = List.copyOf(scoringFiles);
  }

  /** What the paper reports for LLaVA-STF-7B, in the unit of {@link Score#headline}. */
  public OptionalDouble published() {
    return reported.stream().mapToDouble(Published::score).findFirst();
  }

  /** The same, if a score over so many questions can be compared with it. */
  public OptionalDouble published(long questions) {
    return reported.stream()
        .filter(figure -> figure.isComparable(questions))
        .mapToDouble(Published::score)
        .findFirst();
  }
}
