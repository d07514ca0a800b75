package org.stfbatch.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a benchmark's data set is called and where its files are.
 *
 * @param name what commands call it: lower-case letters, digits and hyphens
 * @param title what people call it
 * @param published what the paper reports for LLaVA-STF-7B, in the unit of {@link Score#headline}
 * @param folders the names that its folder has in the folder of all data sets, the usual one first
 * @param questionFile holds the questions; without it the data set is not there at all
 * @param imageFolder the folder below which the images are; empty if the questions hold them
 * @param scoringFiles the further files that scoring reads
 */
public record DataSet(
    String name,
    String title,
    OptionalDouble published,
    List<String> folders,
    DataFile questionFile,
    Optional<DataFile> imageFolder,
    List<DataFile> scoringFiles) {
  public DataSet {
    folders = List.copyOf(folders);
    scoringFiles = List.copyOf(scoringFiles);
  }
}
