package org.stfbatch.job.intake;

import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.KafkaOrigin;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.StoredText;
import org.stfbatch.engine.Stage;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.InputException;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.message.GenerationSettings;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.ImageReference;
import org.stfbatch.kafka.message.MessageErrorCode;
import org.stfbatch.kafka.message.MessageException;

/** Converts messages to jobs, and unusable messages to failed jobs. */
final class JobMessages {
  private static final ImagePrompt NOTHING =
      new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), "");

  private final String topic;
  private final RunTargets targets;

  JobMessages(String topic, RunTargets targets) {
    this.topic = topic;
    this.targets = targets;
  }

  /**
   * A converted message.
   *
   * @param runId the run it belongs to
   * @param job as it is stored
   * @param deadLetter present if it cannot be used
   */
  record Read(long runId, NewImageJob job, Optional<DeadLetter> deadLetter) {}

  Read read(TopicRecord record) {
    try {
      return job(record, ImageJobMessage.parse(record.value(), record.headers()));
    } catch (MessageException e) {
      return unusable(record, e.customId(), e.code(), e.getMessage());
    }
  }

  private Read job(TopicRecord record, ImageJobMessage message) {
    try {
      Optional<AllowedFolders.Place> elsewhere = absolute(message);
      RunTargets.Target target =
          elsewhere
              .map(place -> targets.of(message.run(), place.folder()))
              .orElseGet(() -> targets.of(message.run()));
      NewImageJob job =
          NewImageJob.toAnswer(
              message.customId(),
              OptionalLong.of(target.sourceId()),
              prompt(
                  message,
                  elsewhere
                      .map(place -> place.below().toString())
                      .or(() -> message.image().map(ImageReference::text))),
              settings(message.settings()));
      return new Read(target.runId(), from(record, job), Optional.empty());
    } catch (InputException e) {
      return unusable(
          record,
          Optional.of(message.customId()),
          MessageErrorCode.MESSAGE_FIELD_INVALID,
          "image.path: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      // Valid JSON that the database cannot store.
      return unusable(
          record,
          Optional.of(message.customId()),
          MessageErrorCode.MESSAGE_FIELD_INVALID,
          e.getMessage());
    }
  }

  /**
   * Returns the folder and name of an absolute path; empty for a relative path, which is resolved
   * below the base folder and checked when the image is loaded.
   */
  private Optional<AllowedFolders.Place> absolute(ImageJobMessage message) {
    return message
        .image()
        .filter(ImageReference.Path.class::isInstance)
        .map(ImageReference::text)
        .filter(path -> path.startsWith("/"))
        .map(targets.folders()::place);
  }

  private static ImagePrompt prompt(ImageJobMessage message, Optional<String> image) {
    return new ImagePrompt(message.questionId(), message.category(), image, message.prompt());
  }

  private static JobSettings settings(GenerationSettings settings) {
    return settings == GenerationSettings.DEFAULTS
        ? JobSettings.DEFAULTS
        : new JobSettings(
            settings.maxNewTokens(),
            settings.temperature(),
            settings.topP(),
            settings.seed(),
            settings.stop(),
            settings.choices().map(ChoiceTexts::new),
            settings.penalties());
  }

  private Read unusable(
      TopicRecord record, Optional<String> customId, MessageErrorCode code, String reason) {
    String place = topic + "/" + record.partition() + "/" + record.offset();
    String name = customId.filter(StoredText::isStorable).orElse(place);
    String message = "message " + place + " is no image job: " + reason;
    RunTargets.Target target = targets.of(Optional.empty());
    NewImageJob job =
        NewImageJob.rejected(
            name,
            OptionalLong.of(target.sourceId()),
            NOTHING,
            new JobFailure(Stage.INGEST.stored(), code.name(), message, 1));
    return new Read(
        target.runId(),
        from(record, job),
        Optional.of(new DeadLetter(record, code.name(), reason)));
  }

  private static NewImageJob from(TopicRecord record, NewImageJob job) {
    return job.from(new KafkaOrigin(record.partition(), record.offset()), record.headers().trace());
  }
}
