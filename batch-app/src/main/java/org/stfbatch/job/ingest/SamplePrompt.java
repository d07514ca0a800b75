package org.stfbatch.job.ingest;

/** Where the questions about a WebDataset's images come from. */
public sealed interface SamplePrompt {
  /** One prompt for every image; {@code .txt} and {@code .json} members are not read. */
  record Fixed(String prompt) implements SamplePrompt {}

  /** A field of each {@code .json} member. */
  record Field(String name) implements SamplePrompt {}

  /** The {@code .txt} member; without one, the field {@code text} of the {@code .json} member. */
  record Members() implements SamplePrompt {}
}
