package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.JsonDefect;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.ShardRange;
import org.stfbatch.db.StoredText;
import org.stfbatch.engine.Stage;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.shard.Shard;
import org.stfbatch.shard.ShardItem;
import org.stfbatch.shard.ShardItem.Damage;
import org.stfbatch.shard.ShardItem.Sample;

/**
 * Converts the samples of one shard to jobs. A {@code .json} member is read as a question line is;
 * a list holds several questions about the image. A sample that cannot be used becomes a failed
 * job. For one thread.
 */
final class SampleQuestions {
  /** The failure code of a sample that lacks an image or a question, or has two of them. */
  static final String SHARD_SAMPLE = "SHARD_SAMPLE";

  /** The failure code of a shard that cannot be read to its end. */
  static final String SHARD_DAMAGED = "SHARD_DAMAGED";

  private static final String TEXT = "text";
  private static final String QUESTION_ID = "question_id";

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(QuestionFileReader.MAX_LINE_BYTES)
                          .build())
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final Shard shard;
  private final SamplePrompt prompt;
  private final OptionalLong sourceId;
  private final CustomIds ids;
  private final QuestionLineParser parser;

  SampleQuestions(Shard shard, SamplePrompt prompt, long sourceId) {
    this.shard = shard;
    this.prompt = prompt;
    this.sourceId = OptionalLong.of(sourceId);
    this.ids = new CustomIds(ImageRoot.parse(shard.folder()));
    this.parser = new QuestionLineParser(sourceId, ids, line -> "question " + line.number());
  }

  /** Returns the jobs of an item, at least one. */
  List<NewImageJob> jobs(ShardItem item) {
    if (item instanceof Damage damage) {
      return List.of(rejected("", "damage\n" + damage.why(), SHARD_DAMAGED, damage.why()));
    }
    Sample sample = (Sample) item;
    if (sample.defect().isPresent()) {
      return List.of(unusable(sample, sample.defect().get()));
    }
    return prompt instanceof SamplePrompt.Fixed fixed
        ? List.of(caption(sample, fixed.prompt()))
        : questions(sample);
  }

  private NewImageJob caption(Sample sample, String text) {
    return NewImageJob.toAnswer(
            id(sample, text),
            sourceId,
            new ImagePrompt(
                Optional.of(questionId(sample.key())),
                Optional.empty(),
                Optional.of(reference(sample)),
                text),
            JobSettings.DEFAULTS)
        .in(range(sample));
  }

  private String id(Sample sample, String part) {
    return ids.ofSample(shard.name(), StoredText.readable(sample.key()), part);
  }

  private static String questionId(String key) {
    try {
      return JSON.writeValueAsString(StoredText.readable(key));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a text could not be written as JSON", e);
    }
  }

  private List<NewImageJob> questions(Sample sample) {
    try {
      JsonNode json = json(sample);
      List<NewImageJob> jobs = new ArrayList<>();
      if (!json.isArray()) {
        jobs.add(question(sample, json, 0));
      }
      for (int i = 0; json.isArray() && i < json.size(); i++) {
        jobs.add(question(sample, json.get(i), i + 1));
      }
      return jobs.isEmpty()
          ? List.of(unusable(sample, shown(sample, ".json") + " is an empty list: add a question"))
          : jobs;
    } catch (BadRequestException e) {
      return List.of(unusable(sample, e.getMessage()));
    }
  }

  private JsonNode json(Sample sample) throws BadRequestException {
    if (sample.json().isEmpty()) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(decoded(sample.json().get(), shown(sample, ".json")));
    } catch (JsonProcessingException e) {
      throw new BadRequestException(shown(sample, ".json") + " is not JSON: " + JsonDefect.of(e));
    }
  }

  /**
   * @param number which question of a list it is, from 1; 0 if it is no list
   */
  private NewImageJob question(Sample sample, JsonNode json, int number)
      throws BadRequestException {
    String what = shown(sample, ".json") + (number == 0 ? "" : " (question " + number + ")");
    if (!(json instanceof ObjectNode fields)) {
      throw new BadRequestException(what + " is no JSON object: write each question as one");
    }
    fields.set(TEXT, text(sample, fields, number, what));
    if (ChatFields.isAbsent(fields.path(QUESTION_ID))) {
      fields.put(
          QUESTION_ID, StoredText.readable(sample.key()) + (number == 0 ? "" : "-" + number));
    }
    fields.put("image", reference(sample));
    NewImageJob job = parser.parse(line(fields, number));
    return job.rejection().isPresent()
        ? rejected(
            sample.key(),
            job.customId(),
            QuestionLineParser.QUESTION_LINE,
            what + " is no question: " + reason(job.rejection().get()))
        : job.named(id(sample, fields.path(QUESTION_ID).toString())).in(range(sample));
  }

  /** Returns the end of a failure's message, which is about a line there. */
  private static String reason(JobFailure failure) {
    return failure.message().substring(failure.message().indexOf(": ") + 2);
  }

  private static Line line(ObjectNode fields, int number) {
    try {
      byte[] bytes = JSON.writeValueAsBytes(fields);
      return new Line(number, bytes, bytes.length > QuestionFileReader.MAX_LINE_BYTES);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a question could not be written as JSON", e);
    }
  }

  private JsonNode text(Sample sample, ObjectNode fields, int number, String what)
      throws BadRequestException {
    if (prompt instanceof SamplePrompt.Field field) {
      return required(
          fields, field.name(), what + " has no field " + field.name(), "--prompt-field");
    }
    if (number == 0 && sample.text().isPresent()) {
      String text = decoded(sample.text().get(), shown(sample, ".txt"));
      return fields.textNode(text.strip());
    }
    String missing =
        sample.json().isPresent()
            ? what + " has no text"
            : shown(sample, "") + " has an image and no question (.txt or .json)";
    return required(fields, TEXT, missing, "--prompt or --prompt-field");
  }

  private static JsonNode required(ObjectNode fields, String name, String missing, String option)
      throws BadRequestException {
    JsonNode value = fields.path(name);
    if (ChatFields.isAbsent(value)) {
      throw new BadRequestException(missing + ": add it, or give another " + option);
    }
    return value;
  }

  private static String decoded(byte[] bytes, String what) throws BadRequestException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new BadRequestException(what + " is not UTF-8: write it so");
    }
  }

  private String shown(Sample sample, String extension) {
    return Shortened.given(shard.member(sample.key() + extension));
  }

  private String reference(Sample sample) {
    return StoredText.readable(shard.member(sample.image().orElseThrow().path()));
  }

  private ShardRange range(Sample sample) {
    ShardItem.Member image = sample.image().orElseThrow();
    return new ShardRange(shard.location(), image.offset(), image.length());
  }

  private NewImageJob unusable(Sample sample, String why) {
    return rejected(sample.key(), "sample " + sample.number() + "\n" + why, SHARD_SAMPLE, why);
  }

  private NewImageJob rejected(String key, String part, String code, String message) {
    String readable = StoredText.readable(key);
    return NewImageJob.rejected(
        ids.ofSample(shard.name(), readable, part),
        sourceId,
        new ImagePrompt(
            Optional.of(readable).filter(name -> !name.isEmpty()).map(SampleQuestions::questionId),
            Optional.empty(),
            Optional.empty(),
            ""),
        new JobFailure(Stage.INGEST.stored(), code, StoredText.readable(message), 1));
  }
}
