package org.stfbatch.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Writer of LLaVA's training files. {@code finetune.json} has conversations with detailed answers
 * about each picture, the same with short answers for every fourth picture, a caption for every
 * eighth, and some questions without a picture. {@code pretrain.json} has one caption per picture.
 * Two files train new models from scratch: {@code language.json} has the same questions and
 * captions with a text that lists the relevant items in order, so that only the conclusion is left,
 * and {@code regions.jsonl} has the content of each picture's patches.
 */
final class TrainingFiles implements WorldFiles {
  private static final String FINETUNE = "finetune.json";
  private static final String PRETRAIN = "pretrain.json";
  private static final String LANGUAGE = "language.json";
  private static final String REGIONS = "regions.jsonl";
  static final List<String> NAMES = List.of(FINETUNE, PRETRAIN, LANGUAGE, REGIONS);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "<image>";
  private static final String FIRST_IMAGE = IMAGE + "\n";
  private static final String TURNS = "conversations";

  /** In longer conversations, earlier answers would reveal later ones without the picture. */
  private static final int QUESTIONS_PER_CONVERSATION = 4;

  private static final int PICTURES_PER_BRIEF = 4;

  /**
   * These answers follow directly from one item; they need no conclusion and little practice
   * without pictures.
   */
  private static final Set<Category> READ_OFF =
      EnumSet.of(Category.COLOUR, Category.SHAPE, Category.POSITION, Category.NEIGHBOUR);

  private static final int PICTURES_PER_CAPTION = 8;
  private static final int PICTURES_PER_FACT = 64;

  private final Samples finetune;
  private final Samples pretrain;
  private final Samples language;
  private final NewFile regions;
  private final List<NewFile> files = new ArrayList<>();
  private int questionCount;

  TrainingFiles(Path dir) throws IOException {
    try {
      finetune = new Samples(open(dir.resolve(FINETUNE)));
      pretrain = new Samples(open(dir.resolve(PRETRAIN)));
      language = new Samples(open(dir.resolve(LANGUAGE)));
      regions = open(dir.resolve(REGIONS));
    } catch (IOException e) {
      try (TrainingFiles closed = this) {
        throw e;
      }
    }
  }

  private NewFile open(Path path) throws IOException {
    NewFile file = new NewFile(path);
    files.add(file);
    return file;
  }

  @Override
  public void add(
      int number, PicturedScene pictured, List<Question> questions, List<Question> captions)
      throws IOException {
    String id = "scene-" + number;
    boolean brief = number % PICTURES_PER_BRIEF == 0;
    Question caption = captions.get(number % captions.size());
    for (int from = 0; from < questions.size(); from += QUESTIONS_PER_CONVERSATION) {
      int end = Math.min(from + QUESTIONS_PER_CONVERSATION, questions.size());
      addPictureConversations(
          id + "/" + from, pictured.image(), questions.subList(from, end), brief);
    }
    if (number % PICTURES_PER_CAPTION == 5) {
      addFinetuneSample(
          conversation(id + "/caption", pictured.image(), FIRST_IMAGE, List.of(caption)));
    }
    if (number % PICTURES_PER_FACT == 9) {
      Question fact = Facts.ALL.get(number / PICTURES_PER_FACT % Facts.ALL.size());
      addFinetuneSample(conversation("fact-" + number, null, "", List.of(fact)));
    }
    pretrain.add(caption(id, pictured.image(), caption, number % 2 == 0));
    for (int i = 0; i < questions.size(); i++) {
      addTextConversations(id + "/" + i, questions.get(i), brief);
    }
    if (brief) {
      language.add(conversation(id + "/caption", null, seen(caption), List.of(caption)));
    }
    regions.line(RegionLines.line(pictured));
  }

  /** Adds conversations about a picture. */
  private void addPictureConversations(
      String id, String image, List<Question> questions, boolean brief) throws IOException {
    addFinetuneSample(explanation(id, image, FIRST_IMAGE, questions));
    if (brief) {
      addFinetuneSample(conversation(id, image, FIRST_IMAGE, questions));
    }
  }

  /** Adds conversations about a description of the relevant items, without the picture. */
  private void addTextConversations(String id, Question question, boolean brief)
      throws IOException {
    if (brief || !READ_OFF.contains(question.category())) {
      language.add(explanation(id, null, seen(question), List.of(question)));
    }
    if (brief) {
      language.add(conversation(id, null, seen(question), List.of(question)));
    }
  }

  private static String seen(Question question) {
    return question.rationale().description() + ".\n";
  }

  private void addFinetuneSample(ObjectNode sample) throws IOException {
    finetune.add(sample);
    questionCount += sample.withArray(TURNS).size() / 2;
  }

  /** Returns a conversation whose answers give the rationale first. */
  private static ObjectNode explanation(
      String id, String image, String first, List<Question> questions) {
    ObjectNode sample = sample(id + "/detail", image);
    ArrayNode turns = sample.putArray(TURNS);
    for (Question question : questions) {
      String text = turns.isEmpty() ? question.inDetail() : question.text();
      ask(turns, first, text, question.explained());
    }
    return sample;
  }

  /**
   * Returns a conversation with short answers. The short-answer instruction is part of the first
   * question that it applies to and holds for the later ones.
   */
  private static ObjectNode conversation(
      String id, String image, String first, List<Question> questions) {
    ObjectNode sample = sample(id, image);
    ArrayNode turns = sample.putArray(TURNS);
    boolean instructed = false;
    for (Question question : questions) {
      boolean always = question.category().alwaysInstructs();
      String text = always || !instructed ? question.instructed() : question.text();
      instructed |= !always;
      ask(turns, first, text, question.answer());
    }
    return sample;
  }

  /**
   * @param first the beginning of the conversation
   */
  private static void ask(ArrayNode turns, String first, String text, String answer) {
    turn(turns, "human", turns.isEmpty() ? first + text : text);
    turn(turns, "gpt", answer);
  }

  private static ObjectNode caption(String id, String image, Question caption, boolean imageFirst) {
    ObjectNode sample = sample(id, image);
    ArrayNode turns = sample.putArray(TURNS);
    turn(turns, "human", imageFirst ? FIRST_IMAGE + caption.text() : caption.text() + "\n" + IMAGE);
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
    finetune.end();
    pretrain.end();
    language.end();
    for (NewFile file : files) {
      file.commit();
    }
    return questionCount;
  }

  @Override
  public void close() throws IOException {
    for (NewFile file : files) {
      file.close();
    }
  }

  /** Writer of a JSON array with one element per line. */
  private static final class Samples {
    private final NewFile file;
    private final JsonGenerator generator;

    Samples(NewFile file) throws IOException {
      this.file = file;
      generator = JSON.createGenerator(file.writer());
      generator.writeStartArray();
    }

    void add(ObjectNode sample) throws IOException {
      generator.writeRaw('\n');
      generator.writeTree(sample);
    }

    void end() throws IOException {
      generator.writeEndArray();
      generator.flush();
      file.line("");
    }
  }
}
