package org.stfbatch.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * LLaVA's training files: {@code finetune.json} with a conversation about each picture, a caption
 * for every eighth and now and then a question without a picture, and {@code pretrain.json} with a
 * caption of each picture.
 */
final class TrainingFiles implements WorldFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "<image>";

  private static final int PICTURES_PER_CAPTION = 8;
  private static final int PICTURES_PER_FACT = 64;

  private final Samples finetune;
  private final Samples pretrain;
  private int questionCount;

  TrainingFiles(Path dir) throws IOException {
    finetune = new Samples(dir.resolve("finetune.json"));
    try {
      pretrain = new Samples(dir.resolve("pretrain.json"));
    } catch (IOException e) {
      finetune.close();
      throw e;
    }
  }

  @Override
  public void add(
      int number, PicturedScene pictured, List<Question> questions, List<Question> captions)
      throws IOException {
    String id = "scene-" + number;
    Question caption = captions.get(number % captions.size());
    if (!questions.isEmpty()) {
      converse(id, pictured.image(), questions);
    }
    if (number % PICTURES_PER_CAPTION == 5) {
      converse(id + "/caption", pictured.image(), List.of(caption));
    }
    if (number % PICTURES_PER_FACT == 9) {
      Question fact = Facts.ALL.get(number / PICTURES_PER_FACT % Facts.ALL.size());
      converse("fact-" + number, null, List.of(fact));
    }
    pretrain.add(caption(id, pictured.image(), caption, number % 2 == 0));
  }

  private void converse(String id, String image, List<Question> questions) throws IOException {
    finetune.add(conversation(id, image, questions));
    questionCount += questions.size();
  }

  /** The short-answer instruction stands with the first question it is for and holds for all. */
  private static ObjectNode conversation(String id, String image, List<Question> questions) {
    ObjectNode sample = sample(id, image);
    ArrayNode turns = sample.putArray("conversations");
    boolean instructed = false;
    for (Question question : questions) {
      boolean always = question.category().alwaysInstructs();
      String text = always || !instructed ? question.instructed() : question.text();
      instructed |= !always;
      turn(turns, "human", turns.isEmpty() && image != null ? IMAGE + "\n" + text : text);
      turn(turns, "gpt", question.answer());
    }
    return sample;
  }

  private static ObjectNode caption(String id, String image, Question caption, boolean imageFirst) {
    ObjectNode sample = sample(id, image);
    ArrayNode turns = sample.putArray("conversations");
    turn(
        turns, "human", imageFirst ? IMAGE + "\n" + caption.text() : caption.text() + "\n" + IMAGE);
    turn(turns, "gpt", caption.answer());
    return sample;
  }

  private static ObjectNode sample(String id, String image) {
    ObjectNode sample = JSON.createObjectNode();
    sample.put("id", id);
    if (image != null) {
      sample.put("image", image);
    }
    return sample;
  }

  private static void turn(ArrayNode turns, String from, String value) {
    turns.addObject().put("from", from).put("value", value);
  }

  @Override
  public int commit() throws IOException {
    finetune.commit();
    pretrain.commit();
    return questionCount;
  }

  @Override
  public void close() throws IOException {
    try (finetune) {
      pretrain.close();
    }
  }

  /** A JSON array in a file, an element a line. */
  private static final class Samples implements AutoCloseable {
    private final NewFile file;
    private final JsonGenerator generator;

    Samples(Path path) throws IOException {
      file = new NewFile(path);
      generator = JSON.createGenerator(file.writer());
      generator.writeStartArray();
    }

    void add(ObjectNode sample) throws IOException {
      generator.writeRaw('\n');
      generator.writeTree(sample);
    }

    void commit() throws IOException {
      generator.writeEndArray();
      generator.flush();
      file.line("");
      file.commit();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
