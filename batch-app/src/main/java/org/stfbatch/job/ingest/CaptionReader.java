package org.stfbatch.job.ingest;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;

/** Item reader of one caption job for each image below a folder or prefix. */
final class CaptionReader implements ItemStreamReader<NewImageJob> {
  private final Supplier<CaptionImages> listing;
  private final String prompt;
  private final long sourceId;
  private final CustomIds ids;
  private CaptionImages images;

  /**
   * @param listing begins to list the images below the root
   */
  CaptionReader(ImageRoot root, Supplier<CaptionImages> listing, String prompt, long sourceId) {
    this.listing = listing;
    this.prompt = prompt;
    this.sourceId = sourceId;
    this.ids = new CustomIds(root);
  }

  @Override
  public void open(ExecutionContext context) {
    images = listing.get();
  }

  @Override
  public NewImageJob read() {
    return images.next().map(this::job).orElse(null);
  }

  /** Returns notes on the entries that were skipped so far. */
  List<String> notes() {
    return images == null ? List.of() : images.notes();
  }

  private NewImageJob job(String image) {
    return NewImageJob.toAnswer(
        ids.ofCaption(image, prompt),
        OptionalLong.of(sourceId),
        ImagePrompt.about(image, prompt),
        JobSettings.DEFAULTS);
  }
}
