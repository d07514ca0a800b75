package org.stfbatch.evaluation.synthetic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.synthetic.DrawnPicture.Asked;

/** Source of the content of the data sets, and writer of their files. */
final class Sets {
  static final String SHORT = "\nAnswer the question using a single word or phrase.";
  static final String LETTER = "\nAnswer with the option's letter from the given choices directly.";

  private final Path root;
  private final List<DrawnPicture> pictures;
  private final List<String> answers;

  Sets(Path root, List<DrawnPicture> pictures) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("data sets need a picture at least");
    }
    this.root = root;
    this.pictures = List.copyOf(pictures);
    this.answers =
        pictures.stream()
            .flatMap(picture -> picture.asked().stream())
            .map(Asked::answer)
            .distinct()
            .sorted()
            .toList();
  }

  int size() {
    return pictures.size();
  }

  /** Returns a picture; numbers beyond the last one start again at the first. */
  DrawnPicture picture(int number) {
    return pictures.get(number % pictures.size());
  }

  /** Returns a question about a picture; the same number gives the same question. */
  Asked asked(int number) {
    List<Asked> asked = picture(number).asked();
    return asked.get(number / pictures.size() % asked.size());
  }

  /** Returns a wrong answer, different for every {@code which} as long as there are enough. */
  String wrong(Asked asked, int which) {
    List<String> others =
        answers.stream().filter(answer -> !answer.equals(asked.answer())).toList();
    return others.isEmpty() ? "none of these" : others.get(which % others.size());
  }

  /** Returns a yes-or-no question. */
  static String isIt(Asked asked, String answer) {
    return "%s Is it \"%s\"?".formatted(asked.question(), answer);
  }

  /** Options, including the correct one. */
  record Options(List<String> texts, int right) {
    static final String LETTERS = "ABCD";

    char letter() {
      return LETTERS.charAt(right);
    }

    /** Returns each option on its own line, after its letter. */
    String lines() {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < texts.size(); i++) {
        lines.append('\n').append(LETTERS.charAt(i)).append(". ").append(texts.get(i));
      }
      return lines.toString();
    }

    /** Returns the options rotated by one position to the front. */
    Options turned() {
      List<String> turned = new ArrayList<>(texts.subList(1, texts.size()));
      turned.add(texts.get(0));
      return new Options(turned, (right + texts.size() - 1) % texts.size());
    }
  }

  /** Returns two to four options. */
  Options options(Asked asked, int number) {
    int count = Math.min(2 + number % 3, Math.max(2, answers.size()));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count - 1; i++) {
      texts.add(wrong(asked, i + number));
    }
    int right = number % count;
    texts.add(right, asked.answer());
    return new Options(texts, right);
  }

  void image(String file, int number) throws IOException {
    write(file, picture(number).image());
  }

  void text(String file, String text) throws IOException {
    Path path = place(file);
    Files.writeString(path, text);
  }

  private void write(String file, byte[] content) throws IOException {
    Files.write(place(file), content);
  }

  void folder(String name) throws IOException {
    Files.createDirectories(root.resolve(name));
  }

  private Path place(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return path;
  }

  /** Returns a line of JSON. */
  static String line(Object... namesAndValues) {
    return PythonJson.of(object(namesAndValues)) + "\n";
  }

  static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }
}
