package org.stfbatch.compression;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Registry of the compression strategies: name, usage line and parser of the options. */
enum KnownStrategy {
  NONE(StrategyHelp.NONE_USAGE, options -> new NoCompression()),
  VTC_CLS(
      StrategyHelp.VTC_CLS_USAGE,
      options -> new VtcCls(options.integer("layer", 16, 0), options.integer("tokens", 144, 1))),
  FASTV(
      StrategyHelp.FASTV_USAGE,
      options -> new FastV(options.integer("layer", 2, 1), options.kept())),
  LLAVOLTA(
      StrategyHelp.LLAVOLTA_USAGE,
      options ->
          new LlaVolta(
              options.integer("layer", 2, LlaVolta.AFTER_PROJECTOR),
              options.integer("stride", 8, 1))),
  YOPO(StrategyHelp.YOPO_USAGE, Yopo::read),
  PRUMERGE(StrategyHelp.PRUMERGE_USAGE, options -> new PruMerge()),
  PRUMERGE_PLUS(
      StrategyHelp.PRUMERGE_PLUS_USAGE,
      options -> options.find("tokens").map(options::budget).orElseGet(PruMergePlus::adaptive)),
  AVGPOOL(StrategyHelp.AVGPOOL_USAGE, options -> new AvgPool(options.integer("k", 2, 2))),
  SCOPE(StrategyHelp.SCOPE_USAGE, options -> new Scope(options.integer("tokens", 144, 1))),
  DIVPRUNE(StrategyHelp.DIVPRUNE_USAGE, options -> new DivPrune(options.integer("tokens", 144, 1)));

  private final String text;
  private final String usage;
  private final Function<SpecOptions, CompressionStrategy> reader;

  KnownStrategy(String usage, Function<SpecOptions, CompressionStrategy> reader) {
    this.usage = usage;
    this.text = usage.replaceFirst("\\[.*", "");
    this.reader = reader;
  }

  static CompressionStrategy parse(String spec) {
    int colon = spec.indexOf(':');
    KnownStrategy known = named(colon < 0 ? spec : spec.substring(0, colon));
    SpecOptions options =
        colon < 0
            ? SpecOptions.none(known.text)
            : SpecOptions.parse(known.text, spec.substring(colon + 1));
    CompressionStrategy strategy = known.reader.apply(options);
    options.requireAllKnown();
    return strategy;
  }

  private static KnownStrategy named(String name) {
    return Arrays.stream(values())
        .filter(known -> known.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no compression strategy '%s': choose one of %s; token fusion such as tokenpacker or llava-mini is a part of the checkpoint, see model new --fusion"
                        .formatted(name, list(Stream.of(values()).map(k -> k.usage).toList()))));
  }

  /** Joins values into an enumeration in words. */
  static String list(Collection<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
