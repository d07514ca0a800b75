/**
 * Reads a LLaVA checkpoint in the Hugging Face layout without touching its data: which tensors
 * there are, where in which file their bytes lie, and what kind of model they make.
 *
 * <p>Nothing here runs code of a checkpoint or loads weights; the bytes are memory-mapped later by
 * whoever needs them.
 */
package org.stfbatch.model.checkpoint;
