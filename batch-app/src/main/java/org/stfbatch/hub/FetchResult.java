package org.stfbatch.hub;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The result of a download.
 *
 * @param files number of files, checkpoint and vision tower together
 * @param bytes their total size
 * @param received bytes that came over the network
 * @param tower the vision tower's folder; empty if the checkpoint names none
 */
public record FetchResult(int files, long bytes, long received, Optional<Path> tower) {}
