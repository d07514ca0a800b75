package org.stfbatch.image;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Truncated files and files with trailing data: readable as long as no pixel is missing. */
class TailsTest {

  @TestFactory
  Stream<DynamicTest> readsWhatPillowReads() throws IOException {
    return RecordedPictures.of("tails.zip").tests();
  }
}
