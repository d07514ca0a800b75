package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;
import org.stfbatch.job.InputException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.StopSignal;
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
 * Sends the lines of a question file as image job messages, each exactly once, however often it is
 * started. A line that is no question is sent unchanged.
 *
 * <p>What was sent is identified by its content: a file that begins with it is continued, and any
 * other file under the same name is sent from its beginning. A file that is not a regular file,
 * such as a pipe, is always sent whole.
 */
public final class QuestionMessages {
  private static final int BATCH_LINES = 1000;
  private static final String LINE = "line";
  private static final String CONTENT = "content";
  private static final Pattern MEDIA_TYPE =
      Pattern.compile("data:(image/[A-Za-z0-9.+-]{1,100})[;,].*", Pattern.DOTALL);

  private final Path file;
  private final Optional<Path> images;
  private final QuestionLineParser parser;

  /**
   * @param images the folder of the images, if they are to be sent with the questions; if empty,
   *     only their paths are sent
   */
  public QuestionMessages(Path file, Optional<Path> images) {
    this.file = file.toAbsolutePath().normalize();
    this.images = images;
    this.parser =
        new QuestionLineParser(0, new CustomIds(new ImageRoot.Folder(this.file.getParent())));
  }

  /**
   * Sends the lines that were not sent yet.
   *
   * @param stop ends the wait for the broker
   * @return the number of messages
   * @throws InputException if the file or one of its images cannot be read
   */
  public long send(KafkaConnection kafka, String topic, StopSignal stop) {
    PublisherTarget target = new PublisherTarget(topic, "produce " + file);
    try (LineReader lines = open();
        PositionedPublisher publisher =
            new PositionedPublisher(kafka.settings(), target, kafka.listener());
        StopSignal.Watch watch = stop.whenRequested(publisher::stop)) {
      return send(publisher, lines, sentBefore(publisher.open()));
    } catch (IOException e) {
      throw new InputException(
          "cannot read " + file + " or an image of it: " + IoReason.withoutFile(e), e);
    }
  }

  private LineReader open() throws IOException {
    InputStream in = QuestionFileHead.open(file);
    LineReader lines = new LineReader(in, QuestionFileReader.MAX_LINE_BYTES);
    try {
      QuestionFileHead.of(file, in).requireQuestions();
      return lines;
    } catch (IOException | RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** Returns the number of the last line of this file that was sent; 0 if another file was sent. */
  private long sentBefore(Optional<PublisherPosition> position) throws IOException {
    long line = position.map(at -> at.get(LINE).orElse(0)).orElse(0L);
    OptionalLong content = position.map(at -> at.get(CONTENT)).orElse(OptionalLong.empty());
    if (line == 0 || content.isEmpty() || !Files.isRegularFile(file)) {
      return 0;
    }
    SentContent found = new SentContent(images);
    try (LineReader lines = open()) {
      Line next = lines.next();
      while (next != null && next.number() < line) {
        found.add(next);
        next = lines.next();
      }
      if (next == null || next.number() != line) {
        return 0;
      }
      found.add(next);
      return found.hash() == content.getAsLong() ? line : 0;
    }
  }

  private long send(PositionedPublisher publisher, LineReader lines, long position)
      throws IOException {
    SentContent content = new SentContent(images);
    long sent = 0;
    List<OutgoingRecord> records = new ArrayList<>();
    long last = position;
    for (Line line = lines.next(); line != null; line = lines.next()) {
      content.add(line);
      if (line.number() > position) {
        records.add(message(line));
        last = line.number();
      }
      if (records.size() == BATCH_LINES) {
        publisher.publish(List.copyOf(records), at(last, content));
        sent += records.size();
        records.clear();
      }
    }
    if (!records.isEmpty()) {
      publisher.publish(List.copyOf(records), at(last, content));
    }
    return sent + records.size();
  }

  private static PublisherPosition at(long line, SentContent content) {
    return PublisherPosition.of(Map.of(LINE, line, CONTENT, content.hash()));
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
    if (image.regionMatches(true, 0, "http://", 0, 7)
        || image.regionMatches(true, 0, "https://", 0, 8)) {
      return Optional.of(new ImageReference.Url(image));
    }
    return Optional.of(
        image.regionMatches(true, 0, "data:", 0, 5) ? fromDataUri(image) : fromPath(image));
  }

  /**
   * Converts a data URI. One that cannot be decoded is sent as a path, which the consumer rejects.
   */
  private static ImageReference fromDataUri(String image) {
    try {
      byte[] bytes = new ImageSource.DataUri(image).decode(QuestionFileReader.MAX_LINE_BYTES);
      Matcher type = MEDIA_TYPE.matcher(image);
      return new ImageReference.Bytes(
          Base64.getEncoder().encodeToString(bytes),
          type.matches() ? Optional.of(type.group(1)) : Optional.empty());
    } catch (ImageException e) {
      return new ImageReference.Path(image);
    }
  }

  private ImageReference fromPath(String image) throws IOException {
    Optional<Path> found = images.flatMap(folder -> below(folder, image));
    return found.isPresent() && Files.isRegularFile(found.get())
        ? ImageReference.Bytes.of(Files.readAllBytes(found.get()))
        : new ImageReference.Path(image);
  }

  private static Optional<Path> below(Path folder, String image) {
    try {
      Path root = folder.toAbsolutePath().normalize();
      return Optional.of(root.resolve(image).normalize()).filter(path -> path.startsWith(root));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static GenerationSettings settings(JobSettings settings) {
    return new GenerationSettings(
        settings.maxNewTokens(),
        settings.temperature(),
        settings.topP(),
        settings.seed(),
        settings.stop(),
        settings.choices().map(ChoiceTexts::texts),
        settings.penalties());
  }
}
