package org.stfbatch.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Names and files of a benchmark's data set.
 *
 * @param name used by commands: lower-case letters, digits and hyphens
 * @param title display name
 * @param reported the paper's result, if it has one
 * @param folders possible names of its folder in the folder of all data sets, the usual one first
 * @param questionFile the file of the questions; without it the data set counts as absent
 * @param imageFolder the folder of the images; empty if the questions contain them
 * @param scoringFiles further files that scoring reads
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

  /** Returns the paper's result for LLaVA-STF-7B, in the unit of {@link Score#headline}. */
  public OptionalDouble published() {
    return reported.stream().mapToDouble(Published::score).findFirst();
  }

  /** Returns the paper's result, if a score over this many questions is comparable with it. */
  public OptionalDouble published(long questions) {
    return reported.stream()
        .filter(figure -> figure.isComparable(questions))
        .mapToDouble(Published::score)
        .findFirst();
  }
}
