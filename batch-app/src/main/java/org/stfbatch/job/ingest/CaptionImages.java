package org.stfbatch.job.ingest;

import java.util.List;
import java.util.Optional;

/** The images of a folder or prefix, one after the other. For one thread. */
interface CaptionImages {
  /** Returns the next image as a reference below the folder or prefix; empty at the end. */
  Optional<String> next();

  /** Returns notes on what was skipped so far. */
  List<String> notes();
}
