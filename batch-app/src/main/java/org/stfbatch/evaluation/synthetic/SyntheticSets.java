package org.stfbatch.evaluation.synthetic;

import static org.stfbatch.evaluation.synthetic.Sets.LETTER;
import static org.stfbatch.evaluation.synthetic.Sets.SHORT;
import static org.stfbatch.evaluation.synthetic.Sets.isIt;
import static org.stfbatch.evaluation.synthetic.Sets.line;
import static org.stfbatch.evaluation.synthetic.Sets.object;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.stfbatch.evaluation.MmeTasks;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.synthetic.DrawnPicture.Asked;

/**
 * Writes the data sets of all benchmarks below a folder, each in its own subfolder, with the file
 * names and fields of the real ones.
 */
public final class SyntheticSets {
  private static final List<String> POPE_SETS = List.of("adversarial", "popular", "random");
  private static final int PEOPLE = 10;
  private static final int ROUND = 1_000_000;

  /** Empty file that marks a folder of drawn data sets, to distinguish it from real ones. */
  public static final String MARKER = ".drawn-by-stf-batch";

  private final Sets sets;

  private SyntheticSets(Sets sets) {
    this.sets = sets;
  }

  /**
   * @param folder created if needed; existing files are replaced
   * @param pictures at least one
   */
  public static void write(Path folder, List<DrawnPicture> pictures) throws IOException {
    SyntheticSets writer = new SyntheticSets(new Sets(folder, pictures));
    writer.sets.text(MARKER, "");
    writer.writeVqaV2();
    writer.writeGqa();
    writer.writeVizWiz();
    writer.writeScienceQa();
    writer.writeTextVqa();
    writer.writePope();
    writer.writeMme();
    writer.writeMmBench("mmbench/mmbench_dev_20230712.tsv");
    writer.writeMmBench("mmbench-cn/mmbench_dev_cn_20231003.tsv");
    writer.writeSeedBench();
    writer.writeConversations("mm-vet/llava-mm-vet.jsonl", "mm-vet/images/v1_%d.png");
    writer.writeConversations(
        "llava-bench-in-the-wild/questions.jsonl", "llava-bench-in-the-wild/images/%03d.jpg");
  }

  /** The last question of the test split is not in the subset that is asked. */
  private void writeVqaV2() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i <= sets.size(); i++) {
      String image = String.format(Locale.ROOT, "COCO_test2015_%012d.jpg", i);
      lines.add(shortQuestion(1000 * i, image, sets.asked(i).question() + SHORT, "default"));
      sets.image("vqav2/test2015/" + image, i);
    }
    sets.text("vqav2/llava_vqav2_mscoco_test2015.jsonl", String.join("", lines));
    lines.remove(lines.size() - 1);
    sets.text("vqav2/llava_vqav2_mscoco_test-dev2015.jsonl", String.join("", lines));
  }

  private static String shortQuestion(Object id, String image, String text, String category) {
    return line("question_id", id, "image", image, "text", text, "category", category);
  }

  private void writeGqa() throws IOException {
    StringBuilder lines = new StringBuilder();
    Map<String, Object> questions = new TreeMap<>();
    for (int i = 0; i < sets.size(); i++) {
      Asked asked = sets.asked(i);
      String id = String.format(Locale.ROOT, "20%07d", i);
      lines.append(shortQuestion(id, "n" + i + ".jpg", asked.question() + SHORT, "default"));
      questions.put(id, gqaQuestion(asked, "n" + i));
      sets.image("gqa/data/images/n" + i + ".jpg", i);
    }
    sets.text("gqa/llava_gqa_testdev_balanced.jsonl", lines.toString());
    sets.text("gqa/data/testdev_balanced_questions.json", PythonJson.of(questions));
  }

  /** Puts every question into one group; without a group GQA's script would divide by zero. */
  private static Map<String, Object> gqaQuestion(Asked asked, String image) {
    boolean isBinary = asked.answer().equals("yes") || asked.answer().equals("no");
    String operation = isBinary ? "exist" : "query";
    String argument = isBinary ? "?" : "name";
    return object(
        "semantic",
        List.of(
            object("operation", "select", "dependencies", List.of(), "argument", "object (-)"),
            object("operation", operation, "dependencies", List.of(0), "argument", argument)),
        "entailed",
        List.of(),
        "equivalent",
        List.of(),
        "question",
        asked.question(),
        "imageId",
        image,
        "isBalanced",
        true,
        "groups",
        object("global", "drawn", "local", "06-drawn"),
        "answer",
        asked.answer(),
        "semanticStr",
        "select: object (-)->%s: %s [0]".formatted(operation, argument),
        "annotations",
        object("answer", Map.of(), "question", Map.of(), "fullAnswer", Map.of()),
        "types",
        object(
            "detailed",
            isBinary ? "exist" : "categoryThat",
            "semantic",
            "obj",
            "structural",
            isBinary ? "verify" : "query"),
        "fullAnswer",
        asked.answer());
  }

  private void writeVizWiz() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < sets.size(); i++) {
      String image = String.format(Locale.ROOT, "VizWiz_test_%08d.jpg", i);
      String text =
          sets.asked(i).question()
              + "\nWhen the provided information is insufficient, respond with 'Unanswerable'."
              + SHORT;
      lines.append(line("image", image, "text", text, "category", "default", "question_id", i));
      sets.image("vizwiz/test/" + image, i);
    }
    sets.text("vizwiz/llava_test.jsonl", lines.toString());
  }

  /** Every second question has no image. */
  private void writeScienceQa() throws IOException {
    List<Object> items = new ArrayList<>();
    List<Object> ids = new ArrayList<>();
    Map<String, Object> problems = new TreeMap<>();
    for (int i = 0; i < 2 * sets.size(); i++) {
      String id = String.valueOf(i + 1);
      Asked asked = sets.asked(i / 2);
      Sets.Options options = sets.options(asked, i);
      boolean hasImage = i % 2 == 0;
      String text = "Context: N/A\n" + asked.question() + options.lines();
      Map<String, Object> item = object("id", id);
      if (hasImage) {
        item.put("image", id + "/image.png");
        sets.image("scienceqa/images/test/" + id + "/image.png", i / 2);
      }
      item.put(
          "conversations",
          List.of(
              object("from", "human", "value", (hasImage ? "<image>\n" : "") + text),
              object("from", "gpt", "value", String.valueOf(options.letter()))));
      items.add(item);
      ids.add(id);
      problems.put(
          id,
          object(
              "question", asked.question(), "choices", options.texts(), "answer", options.right()));
    }
    sets.text("scienceqa/llava_test_CQM-A.json", PythonJson.of(items));
    sets.text("scienceqa/pid_splits.json", PythonJson.of(object("test", ids)));
    sets.text("scienceqa/problems.json", PythonJson.of(problems));
  }

  private void writeTextVqa() throws IOException {
    StringBuilder lines = new StringBuilder();
    List<Object> annotations = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      Asked asked = sets.asked(i);
      String id = String.format(Locale.ROOT, "%016x", i);
      String tokens = i % 2 == 0 ? "ACME, 12" : "";
      String text = asked.question() + "\nReference OCR token: " + tokens + SHORT;
      lines.append(shortQuestion(id, id + ".jpg", text, "default"));
      annotations.add(
          object(
              "image_id",
              id,
              "question",
              asked.question(),
              "answers",
              Collections.nCopies(PEOPLE, asked.answer())));
      sets.image("textvqa/train_images/" + id + ".jpg", i);
    }
    sets.text("textvqa/llava_textvqa_val_v051_ocr.jsonl", lines.toString());
    sets.text("textvqa/TextVQA_0.5.1_val.json", PythonJson.of(object("data", annotations)));
  }

  private void writePope() throws IOException {
    StringBuilder lines = new StringBuilder();
    int id = 0;
    for (String set : POPE_SETS) {
      StringBuilder labels = new StringBuilder();
      for (int i = 0; i < sets.size(); i++) {
        id++;
        Asked asked = sets.asked(i);
        boolean yes = (i + set.length()) % 2 == 0;
        String question = isIt(asked, yes ? asked.answer() : sets.wrong(asked, id));
        String image = String.format(Locale.ROOT, "COCO_val2014_%012d.jpg", i);
        lines.append(shortQuestion(id, image, question + SHORT, set));
        labels.append(
            line(
                "question_id",
                i + 1,
                "image",
                image,
                "text",
                question,
                "label",
                yes ? "yes" : "no"));
        sets.image("pope/val2014/" + image, i);
      }
      sets.text("pope/coco/coco_pope_" + set + ".json", labels.toString());
    }
    sets.text("pope/llava_pope_test.jsonl", lines.toString());
  }

  /** Two questions about an image; the answer to one is yes. */
  private void writeMme() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < MmeTasks.all().size(); i++) {
      String task = MmeTasks.all().get(i);
      boolean isSplit = MmeTasks.SPLIT.contains(task);
      Asked asked = sets.asked(i);
      String name = String.format(Locale.ROOT, "%04d", i);
      String image = (isSplit ? task + "/images/" : task + "/") + name + ".png";
      List<String> questions =
          List.of(isIt(asked, asked.answer()), isIt(asked, sets.wrong(asked, i)));
      for (String question : questions) {
        lines.append(shortQuestion(task + "/" + name + ".png", image, question + SHORT, task));
      }
      String release = "MME/MME_Benchmark_release_version/";
      sets.image(release + image, i);
      sets.text(
          release + task + (isSplit ? "/questions_answers_YN/" : "/") + name + ".txt",
          "%s Please answer yes or no.\tYes\n%s Please answer yes or no.\tNo\n"
              .formatted(questions.get(0), questions.get(1)));
    }
    sets.text("MME/llava_mme.jsonl", lines.toString());
  }

  /** Repeats every question once per option. */
  private void writeMmBench(String file) throws IOException {
    StringBuilder rows =
        new StringBuilder(
            "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\timage\tsource\tl2-category\tcomment\tsplit\n");
    for (int i = 0; i < sets.size(); i++) {
      Asked asked = sets.asked(i);
      Sets.Options options = sets.options(asked, i);
      String image = Base64.getEncoder().encodeToString(sets.picture(i).image());
      for (int round = 0; round < options.texts().size(); round++) {
        List<String> texts = new ArrayList<>(options.texts());
        texts.addAll(Collections.nCopies(Sets.Options.LETTERS.length() - texts.size(), ""));
        rows.append(
            String.join(
                "\t",
                String.valueOf(round * ROUND + i),
                asked.question(),
                i % 2 == 0 ? "" : "Look closely.",
                String.join("\t", texts),
                String.valueOf(options.letter()),
                "object_recognition",
                image,
                "drawn",
                "perception",
                "",
                "dev"));
        rows.append('\n');
        options = options.turned();
      }
    }
    sets.text(file, rows.toString());
  }

  /** The last question is about a video, which does not exist. */
  private void writeSeedBench() throws IOException {
    StringBuilder lines = new StringBuilder();
    List<Object> questions = new ArrayList<>();
    for (int i = 0; i <= sets.size(); i++) {
      Asked asked = sets.asked(i);
      Sets.Options options = sets.options(asked, i);
      boolean isVideo = i == sets.size();
      Object id = isVideo ? "v" + i : (Object) (100 + i);
      String image =
          isVideo ? "SEED-Bench-video-image/v" + i + ".png" : "SEED-Bench-image/" + i + "_" + i;
      lines.append(shortQuestion(id, image, asked.question() + options.lines() + LETTER, "drawn"));
      questions.add(
          object(
              "question_id",
              String.valueOf(id),
              "question_type_id",
              isVideo ? 10 : 1 + i % 2,
              "data_type",
              isVideo ? "video" : "image",
              "answer",
              String.valueOf(options.letter())));
      if (!isVideo) {
        sets.image("seed_bench/" + image, i);
      }
    }
    sets.text("seed_bench/llava-seed-bench.jsonl", lines.toString());
    sets.text(
        "seed_bench/SEED-Bench.json",
        PythonJson.of(
            object(
                "questions",
                questions,
                "question_type",
                object(
                    "Scene Understanding", 1, "Instance Identity", 2, "Action Recognition", 10))));
  }

  private void writeConversations(String file, String image) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < sets.size(); i++) {
      String path = String.format(Locale.ROOT, image, i);
      String name = path.substring(path.lastIndexOf('/') + 1);
      lines.append(shortQuestion(i, name, sets.asked(i).question(), "conv"));
      sets.image(path, i);
    }
    sets.text(file, lines.toString());
  }
}
