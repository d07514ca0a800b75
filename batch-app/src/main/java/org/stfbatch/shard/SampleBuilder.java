package org.stfbatch.shard;

import java.util.Optional;
import org.stfbatch.base.Shortened;

/** Collects the members of one sample. The first defect counts. */
final class SampleBuilder {
  private final Shard shard;
  private final String key;
  private final long number;
  private ShardItem.Member image;
  private byte[] text;
  private byte[] json;
  private String defect;

  SampleBuilder(Shard shard, String key, long number) {
    this.shard = shard;
    this.key = key;
    this.number = number;
  }

  String key() {
    return key;
  }

  void image(ShardItem.Member member) {
    if (image == null) {
      image = member;
    } else {
      refuse(
          member.path(),
          "is a second image under the key of %s: give each image a key of its own"
              .formatted(Shortened.given(image.path())));
    }
  }

  void text(String path, String extension, byte[] content) {
    boolean isJson = extension.equals("json");
    if ((isJson ? json : text) != null) {
      refuse(path, "is a second ." + extension + " under its key: keep one");
    } else if (isJson) {
      json = content;
    } else {
      text = content;
    }
  }

  /**
   * @param why the end of a sentence about the member
   */
  void refuse(String path, String why) {
    if (defect == null) {
      defect = shown(path) + " " + why;
    }
  }

  private String shown(String path) {
    return Shortened.given(shard.member(path));
  }

  ShardItem.Sample build() {
    if (defect == null && image == null) {
      defect =
          shown(key)
              + " has no image: add one, as "
              + Shortened.given(key)
              + ".jpg, directly before or after its other members";
    }
    return new ShardItem.Sample(
        key,
        number,
        Optional.ofNullable(defect == null ? image : null),
        Optional.ofNullable(text),
        Optional.ofNullable(json),
        Optional.ofNullable(defect));
  }
}
