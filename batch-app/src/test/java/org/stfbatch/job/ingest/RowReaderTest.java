package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

class RowReaderTest {
  @Test
  void rowsThatEndMayBeAnyNumber() throws IOException {
    RowReader reader = new RowReader(new StringReader("\uFEFF" + "x".repeat(100)), 20);
    char[] ten = new char[10];
    int total = 0;
    for (int read = reader.read(ten, 0, 10); read >= 0; read = reader.read(ten, 0, 10)) {
      assertThat(new String(ten, 0, read)).matches("x+");
      total += read;
      reader.nextRow();
    }
    assertThat(total).isEqualTo(100);
  }

  @Test
  void aRowWithoutAnEndIsAnError() throws IOException {
    RowReader reader = new RowReader(new StringReader("x".repeat(100)), 20);
    char[] ten = new char[10];
    reader.read(ten, 0, 10);
    reader.read(ten, 0, 10);
    assertThatThrownBy(() -> reader.read(ten, 0, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer than 20 characters");
  }
}
