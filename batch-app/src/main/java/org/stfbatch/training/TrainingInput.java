package org.stfbatch.training;

import java.nio.file.Path;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;

/**
 * What a training begins with.
 *
 * @param data LLaVA's training JSON
 * @param images the folder that its pictures' names are relative to
 * @param model the checkpoint whose weights are trained further
 * @param pictures how that model wants its pictures
 * @param settings where it is trained, and the dtype of the products
 */
public record TrainingInput(
    Path data,
    Path images,
    LlavaCheckpoint model,
    ClipImageConfig pictures,
    ModelSettings settings) {}
