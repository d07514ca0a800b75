package org.stfbatch.image;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Files that end too early, too late or in rubbish: readable as far as no pixel is missing. */
class TailsTest {

  @TestFactory
  Stream<DynamicTest> readsWhatPillowReads() throws IOException {
    return RecordedPictures.of("tails.zip").tests();
  }
}
