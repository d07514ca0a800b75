package org.stfbatch.job.infer;

/**
 * What answers are signed with.
 *
 * @param name the checkpoint folder's name
 * @param fingerprint identifies weights and configuration
 */
public record ModelName(String name, String fingerprint) {}
