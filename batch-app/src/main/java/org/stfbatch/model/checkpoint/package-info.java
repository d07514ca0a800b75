/**
 * Reads a LLaVA checkpoint without touching its data: which tensors there are, where in which file
 * their bytes lie, and what kind of model they make. Checkpoints in the layout of LLaVA's authors
 * and in that of transformers are read into the same form.
 *
 * <p>Nothing here runs code of a checkpoint or loads weights; the bytes are memory-mapped later by
 * whoever needs them.
 */
package org.stfbatch.model.checkpoint;
