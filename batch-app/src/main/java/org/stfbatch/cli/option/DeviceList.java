package org.stfbatch.cli.option;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Devices as users write them: {@code cpu}, {@code cuda:1}, {@code cuda:0,cuda:2} or {@code
 * cuda:0..3}.
 *
 * @param names {@code cpu} or {@code cuda:N} each
 */
record DeviceList(List<String> names) {
  private static final Pattern CPU = Pattern.compile("cpu");
  private static final Pattern GPUS = Pattern.compile("cuda:(\\d{1,3})(?:\\.\\.(\\d{1,3}))?");

  DeviceList {
    names = List.copyOf(names);
  }

  /**
   * @throws IllegalArgumentException naming what is not a device
   */
  static DeviceList parse(String text) {
    List<String> names = Arrays.stream(text.split(",", -1)).flatMap(DeviceList::expand).toList();
    names.stream()
        .filter(name -> name.startsWith("cuda") && names.indexOf(name) != names.lastIndexOf(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException("\"" + text + "\" names " + name + " twice");
            });
    return new DeviceList(names);
  }

  private static Stream<String> expand(String name) {
    Matcher gpus = GPUS.matcher(name);
    if (CPU.matcher(name).matches()) {
      return Stream.of(name);
    } else if (!gpus.matches()) {
      throw new IllegalArgumentException(
          "device \"" + name + "\" is neither cpu nor cuda:N nor cuda:N..M");
    }
    int first = Integer.parseInt(gpus.group(1));
    int last = gpus.group(2) == null ? first : Integer.parseInt(gpus.group(2));
    if (last < first) {
      throw new IllegalArgumentException("device \"" + name + "\" ends before it begins");
    }
    return IntStream.rangeClosed(first, last).mapToObj(index -> "cuda:" + index);
  }

  int count() {
    return names.size();
  }

  @Override
  public String toString() {
    return String.join(",", names);
  }
}
