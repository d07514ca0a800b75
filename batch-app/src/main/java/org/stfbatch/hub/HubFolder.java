package org.stfbatch.hub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of a repository at one of its revisions.
 *
 * @param repository {@code OWNER/NAME}
 * @param folder with slashes between its parts; empty for the repository's root
 * @param revision a branch, tag or commit
 */
public record HubFolder(String repository, String folder, String revision) {
  private static final String PART = "[\\w.-]*\\w[\\w.-]*";
  private static final Pattern ADDRESS =
      Pattern.compile("(" + PART + "/" + PART + ")((?:/[^/\\\\]+)*)/?");

  /** The revision of those who name none. */
  public static final String MAIN = "main";

  /**
   * @param address {@code OWNER/NAME}, and if wanted the folder in it: {@code OWNER/NAME/A/B}
   * @throws HubException if it is no such address
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

  /** The same folder at a commit, which never changes. */
  HubFolder at(String commit) {
    return new HubFolder(repository, folder, commit);
  }

  /** The path of a file of this folder in the repository. */
  String pathOf(String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  @Override
  public String toString() {
    return pathOf("").isEmpty() ? repository : repository + "/" + folder;
  }
}
