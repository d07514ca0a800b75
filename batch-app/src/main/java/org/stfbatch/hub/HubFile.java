package org.stfbatch.hub;

/**
 * A file of a repository.
 *
 * @param folder its folder, at a commit
 * @param name its name in the folder
 * @param size in bytes
 * @param checksum of its content
 */
record HubFile(HubFolder folder, String name, long size, Checksum checksum) {
  @Override
  public String toString() {
    return folder + "/" + name;
  }
}
