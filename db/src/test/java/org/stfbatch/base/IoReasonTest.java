package org.stfbatch.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class IoReasonTest {
  @Test
  void peopleReadNoNamesOfClasses() {
    assertThat(IoReason.of(new NoSuchFileException("/proc/x")))
        .isEqualTo("/proc/x: there is no such file or folder");
    assertThat(IoReason.of(new AccessDeniedException("/x"))).isEqualTo("/x: permission denied");
    assertThat(IoReason.of(new FileAlreadyExistsException("/dev/null"))).startsWith("/dev/null: ");
    assertThat(IoReason.of(new FileSystemException("/x", null, "Read-only file system")))
        .isEqualTo("/x: Read-only file system");
    assertThat(IoReason.of(new IOException("broken pipe"))).isEqualTo("broken pipe");
    assertThat(IoReason.of(new IOException())).isEqualTo("input or output error");
    assertThat(IoReason.of(new FileSystemException("/x"))).isEqualTo("/x: input or output error");
  }

  @Test
  void aCallerThatNamesTheFileGetsTheReasonAlone() {
    assertThat(IoReason.withoutFile(new FileSystemLoopException("/x")))
        .isEqualTo("symbolic links form a loop");
    assertThat(IoReason.withoutFile(new NotDirectoryException("/x")))
        .isEqualTo("it is not a folder");
  }

  @Test
  void aLongMessageIsShortened() {
    assertThat(IoReason.of(new IOException("x".repeat(1 << 20)))).hasSizeLessThan(1000);
  }
}
