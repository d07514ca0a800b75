package org.stfbatch.training;

import java.nio.file.Path;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;

/**
 * Input of a training.
 *
 * @param data LLaVA's training JSON
 * @param images the folder that the names of images are relative to
 * @param model the checkpoint to train
 * @param pictures preprocessing of images for that model
 * @param settings the device, and the dtype of matrix products
 */
public record TrainingInput(
    Path data,
    Path images,
    LlavaCheckpoint model,
    ClipImageConfig pictures,
    ModelSettings settings) {}
