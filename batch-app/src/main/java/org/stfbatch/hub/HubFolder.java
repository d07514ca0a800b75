package org.stfbatch.hub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of a repository at a revision.
 *
 * @param repository {@code OWNER/NAME}
 * @param folder path with slashes; empty for the repository's root
 * @param revision a branch, tag or commit
 */
public record HubFolder(String repository, String folder, String revision) {
  private static final String PART = "[\\w.-]*\\w[\\w.-]*";
  private static final Pattern ADDRESS =
      Pattern.compile("(" + PART + "/" + PART + ")((?:/[^/\\\\]+)*)/?");

  /** The default revision. */
  public static final String MAIN = "main";

  /**
   * @param address {@code OWNER/NAME}, or {@code OWNER/NAME/A/B} for a folder of the repository
   * @throws HubException if the address has another form
   */
  public static HubFolder parse(String address, String revision) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches() || address.contains("/../") || address.endsWith("/..")) {
      throw HubException.permanent(
          "\"" + address + "\" is no repository: give OWNER/NAME or OWNER/NAME/FOLDER");
    }
    String folder = parts.group(2);
    return new HubFolder(parts.group(1), folder.isEmpty() ? "" : folder.substring(1), revision);
  }

  /** Returns the same folder at a commit, which never changes. */
  HubFolder at(String commit) {
    return new HubFolder(repository, folder, commit);
  }

  /** Returns the path in the repository of a file of this folder. */
  String pathOf(String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  @Override
  public String toString() {
    return pathOf("").isEmpty() ? repository : repository + "/" + folder;
  }
}
