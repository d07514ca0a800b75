package org.stfbatch.engine;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/** A real model whose images have different numbers of vision tokens. */
final class UnevenImages {
  private UnevenImages() {}

  /** The number of an image is always the same. */
  static VisionLanguageModel of(VisionLanguageModel model) {
    return of(model, () -> 0);
  }

  /** The number of an image changes with each call. */
  static VisionLanguageModel drifting(VisionLanguageModel model) {
    return of(model, new AtomicInteger()::getAndIncrement);
  }

  private static VisionLanguageModel of(VisionLanguageModel model, IntSupplier drift) {
    return ModelProxy.of(
        (method, arguments) -> {
          if (method.getName().equals("tokensPerImage")) {
            return OptionalInt.empty();
          }
          Object result = ModelProxy.call(model, method, arguments);
          return result instanceof VisionTokens all
              ? uneven(all, pixels(arguments), drift.getAsInt())
              : result;
        });
  }

  @SuppressWarnings("unchecked")
  private static List<byte[]> pixels(Object[] arguments) {
    return (List<byte[]>) arguments[0];
  }

  private static VisionTokens uneven(VisionTokens all, List<byte[]> pixels, int drift) {
    return VisionTokens.joined(
        IntStream.range(0, pixels.size())
            .mapToObj(i -> firstOf(all.picture(i), count(pixels.get(i), drift, all.counts()[i])))
            .toList());
  }

  /** Returns how many of {@code most} tokens an image keeps. */
  static int count(byte[] pixels, int most) {
    return count(pixels, 0, most);
  }

  private static int count(byte[] pixels, int drift, int most) {
    return 1 + Math.floorMod(Arrays.hashCode(pixels) + drift, most);
  }

  private static VisionTokens firstOf(VisionTokens picture, int count) {
    return new VisionTokens(
        new int[] {count}, picture.width(), Arrays.copyOf(picture.data(), count * picture.width()));
  }
}
