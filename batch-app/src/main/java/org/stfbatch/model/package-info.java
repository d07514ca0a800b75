/**
 * LLaVA-STF on one device: TorchScript sources packed into an archive, loaded with DJL and given a
 * checkpoint's weights. The only package that uses DJL's tensors; its public interface consists of
 * plain arrays. A model is used only by the thread that loaded it.
 */
package org.stfbatch.model;
