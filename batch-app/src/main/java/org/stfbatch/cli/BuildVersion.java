package org.stfbatch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Tells which build of the program this is. */
final class BuildVersion implements IVersionProvider {
  private static final String FILE = "build.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties build = new Properties();
    try (InputStream in = BuildVersion.class.getResourceAsStream(FILE)) {
      build.load(in);
    }
    return new String[] {text(build)};
  }

  /**
   * For example {@code stf-batch 0.1.0 (f578d64)}.
   *
   * @param build the {@code version} and the {@code commit} that it was built from, followed by
   *     {@code -dirty} if files in Git had been changed; the commit is empty if it is not known
   */
  static String text(Properties build) {
    String version = "stf-batch " + build.getProperty("version");
    String commit = build.getProperty("commit");
    return commit.isEmpty() ? version : version + " (" + commit + ")";
  }
}
