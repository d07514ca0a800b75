package org.stfbatch.job.ingest;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;

/** Item reader of one caption job for each image file below a folder. */
final class CaptionReader implements ItemStreamReader<NewImageJob> {
  private final Path folder;
  private final String prompt;
  private final long sourceId;
  private final CustomIds ids;
  private ImageFiles files;

  CaptionReader(Path folder, String prompt, long sourceId) {
    this.folder = folder;
    this.prompt = prompt;
    this.sourceId = sourceId;
    this.ids = new CustomIds(folder);
  }

  @Override
  public void open(ExecutionContext context) {
    files = new ImageFiles(folder);
  }

  @Override
  public NewImageJob read() {
    return files.hasNext() ? job(folder.relativize(files.next()).toString()) : null;
  }

  /** Returns notes on the files that were skipped so far. */
  List<String> notes() {
    return files == null ? List.of() : files.skipped().notes();
  }

  private NewImageJob job(String image) {
    return NewImageJob.toAnswer(
        ids.ofCaption(image, prompt),
        OptionalLong.of(sourceId),
        ImagePrompt.about(image, prompt),
        JobSettings.DEFAULTS);
  }
}
