package org.stfbatch.hub;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a download did.
 *
 * @param files of checkpoint and tower together
 * @param bytes of them
 * @param received bytes that came over the network
 * @param tower the vision tower's folder; empty if the checkpoint names none
 */
public record FetchResult(int files, long bytes, long received, Optional<Path> tower) {}
