package org.stfbatch.job.listen;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How triggers are carried out.
 *
 * @param topic of the triggers
 * @param group in whose name it, and topics of jobs, are read
 * @param publishTo the topic to which outcomes go, if to any
 * @param folder below which relative paths of question files and images are
 */
public record ListenSettings(String topic, String group, Optional<String> publishTo, Path folder) {
  public ListenSettings {
    folder = folder.toAbsolutePath().normalize();
  }
}
