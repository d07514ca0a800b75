/**
 * Reads the structure of a LLaVA checkpoint: the tensors, their locations in the files, and the
 * kind of model. Checkpoints in the layouts of LLaVA's authors and of transformers are read into
 * the same form.
 *
 * <p>Nothing here runs code of a checkpoint or loads weights; their users memory-map the bytes
 * later.
 */
package org.stfbatch.model.checkpoint;
