package org.stfbatch.job.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.PositionedPublisher;
import org.stfbatch.kafka.PublisherPosition;
import org.stfbatch.kafka.PublisherTarget;
import org.stfbatch.kafka.message.GenerationSettings;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.ImageReference;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;

/**
 * Sends the lines of a question file as image jobs, each once, however often it is started. A line
 * that is no question is sent as it is.
 */
public final class QuestionMessages {
  private static final int TOGETHER = 1000;
  private static final String LINE = "line";

  private final Path file;
  private final Optional<Path> images;
  private final QuestionLineParser parser;

  /**
   * @param images the folder of the images, if they are to be sent with the questions; else their
   *     paths are
   */
  public QuestionMessages(Path file, Optional<Path> images) {
    this.file = file.toAbsolutePath().normalize();
    this.images = images;
    this.parser = new QuestionLineParser(0, new CustomIds(this.file.getParent()));
  }

  /**
   * Sends the lines that were not sent yet.
   *
   * @return how many
   * @throws InputException if the file, or an image of it, cannot be read
   */
  public long send(KafkaConnection kafka, String topic) {
    PublisherTarget target = new PublisherTarget(topic, "produce " + file);
    try (PositionedPublisher publisher =
            new PositionedPublisher(kafka.settings(), target, kafka.listener());
        LineReader lines =
            new LineReader(Files.newInputStream(file), QuestionFileReader.MAX_LINE_BYTES)) {
      long position = publisher.open().map(at -> at.get(LINE).orElse(0)).orElse(0L);
      return send(publisher, lines, position);
    } catch (IOException e) {
      throw new InputException("cannot read " + file + " or an image of it: " + e.getMessage(), e);
    }
  }

  private long send(PositionedPublisher publisher, LineReader lines, long position)
      throws IOException {
    long sent = 0;
    List<OutgoingRecord> records = new ArrayList<>();
    long last = position;
    for (Line line = lines.next(); line != null; line = lines.next()) {
      if (line.number() > position) {
        records.add(message(line));
        last = line.number();
      }
      if (records.size() == TOGETHER) {
        publisher.publish(List.copyOf(records), PublisherPosition.of(LINE, last));
        sent += records.size();
        records.clear();
      }
    }
    if (!records.isEmpty()) {
      publisher.publish(List.copyOf(records), PublisherPosition.of(LINE, last));
    }
    return sent + records.size();
  }

  private OutgoingRecord message(Line line) throws IOException {
    NewImageJob job = parser.parse(line);
    if (job.rejection().isPresent()) {
      return OutgoingRecord.of(job.customId(), line.bytes(), MessageHeaders.NONE);
    }
    ImageJobMessage message =
        new ImageJobMessage(
            job.customId(),
            image(job),
            job.prompt().text(),
            settings(job.settings()),
            job.prompt().questionId(),
            job.prompt().category(),
            Optional.empty());
    return OutgoingRecord.of(
        job.customId(), message.toJson(), MessageType.IMAGE_JOB.headers(Optional.empty()));
  }

  private Optional<ImageReference> image(NewImageJob job) throws IOException {
    if (job.prompt().image().isEmpty()) {
      return Optional.empty();
    }
    String image = job.prompt().image().get();
    if (image.regionMatches(true, 0, "http", 0, 4)) {
      return Optional.of(new ImageReference.Url(image));
    }
    Path file = images.map(folder -> folder.resolve(image)).orElse(Path.of(image));
    return Optional.of(
        images.isPresent() && Files.isRegularFile(file)
            ? ImageReference.Bytes.of(Files.readAllBytes(file))
            : new ImageReference.Path(image));
  }

  private static GenerationSettings settings(JobSettings settings) {
    return new GenerationSettings(
        settings.maxNewTokens(),
        settings.temperature(),
        settings.topP(),
        settings.seed(),
        settings.stop(),
        settings.choices().map(ChoiceTexts::texts));
  }
}
