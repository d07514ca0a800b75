/**
 * LLaVA-STF on one device: TorchScript sources packed into an archive, loaded with DJL and given a
 * checkpoint's weights. The only room that touches DJL's tensors; what goes in and out is plain
 * arrays. Everything here belongs to the thread that loaded the model.
 */
package org.stfbatch.model;
