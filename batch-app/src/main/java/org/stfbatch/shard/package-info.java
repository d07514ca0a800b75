/**
 * Reads WebDataset shards: tar files whose members with a common key are one sample. Entry point:
 * {@link org.stfbatch.shard.SampleReader}.
 */
package org.stfbatch.shard;
