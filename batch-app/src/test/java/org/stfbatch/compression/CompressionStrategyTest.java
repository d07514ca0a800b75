package org.stfbatch.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompressionStrategyTest {
  private static final LanguageShape VICUNA_7B = new LanguageShape(32, 32, 32, 11008);

  /** LLaVA-1.5 7B with CLIP-L at 336 pixels. */
  private static final CheckpointShape LLAVA =
      new CheckpointShape(24, 24, true, 576, 24, false, VICUNA_7B);

  private static final CheckpointShape STF =
      new CheckpointShape(24, 24, false, 144, 12, false, VICUNA_7B);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          none                           | none
          vtc-cls                        | vtc-cls:layer=16,tokens=144
          vtc-cls:tokens=64              | vtc-cls:layer=16,tokens=64
          vtc-cls:tokens=64,layer=0      | vtc-cls:layer=0,tokens=64
          fastv                          | fastv:layer=2,keep=144
          fastv:layer=3,ratio=0.75       | fastv:layer=3,ratio=0.75
          fastv:ratio=.500               | fastv:layer=2,ratio=0.5
          fastv:ratio=0                  | fastv:layer=2,ratio=0
          fastv:ratio=0.0001             | fastv:layer=2,ratio=0.0001
          yopo                           | yopo:window=5,layers=16,ffn=2,mask=after-softmax
          yopo:mask=before-softmax,ffn=4 | yopo:window=5,layers=16,ffn=4,mask=before-softmax
          prumerge                       | prumerge
          prumerge+                      | prumerge+
          prumerge+:tokens=192           | prumerge+:tokens=192
          avgpool                        | avgpool:k=2
          avgpool:k=4                    | avgpool:k=4
          scope:tokens=1                 | scope:tokens=1
          divprune                       | divprune:tokens=144
          """)
  void writesEveryOptionOutSoThatReadingItAgainGivesTheSame(String given, String spec) {
    CompressionStrategy strategy = CompressionStrategy.parse(given);

    assertThat(strategy.spec()).isEqualTo(spec);
    assertThat(CompressionStrategy.parse(spec)).isEqualTo(strategy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          vtccls                         | there is no compression strategy 'vtccls': choose one of none, vtc-cls[:layer=16,tokens=144], fastv[:layer=2,keep=144], llavolta[:layer=2,stride=8], yopo[:window=5,layers=16,heads=FILE.npy,ffn=2], prumerge, prumerge+[:tokens=64|128|144|192|256], avgpool[:k=2], scope[:tokens=144], divprune[:tokens=144]
          VTC-CLS                        | there is no compression strategy 'VTC-CLS': choose one of
          ``                             | there is no compression strategy '': choose one of
          vtc-cls:keep=64                | vtc-cls has no option 'keep': it takes layer, tokens
          none:tokens=4                  | none has no option 'tokens': it takes no options
          vtc-cls:                       | "" is no option of vtc-cls: write options as NAME=VALUE, with commas between them
          vtc-cls:64                     | "64" is no option of vtc-cls
          vtc-cls:tokens=64,             | "" is no option of vtc-cls
          vtc-cls:tokens=64,tokens=64    | vtc-cls has the option tokens twice: give it once
          vtc-cls:tokens=0               | vtc-cls:tokens=0 must be a whole number from 1 to 1000000
          vtc-cls:layer=-2               | vtc-cls:layer=-2 must be a whole number from 0
          scope:tokens=99999999999       | scope:tokens=99999999999 must be a whole number
          avgpool:k=1                    | avgpool:k=1 must be a whole number from 2
          fastv:layer=0                  | fastv:layer=0 must be a whole number from 1
          fastv:ratio=1                  | fastv:ratio=1 must be the share that is dropped, from 0 to below 1, such as 0.75
          fastv:ratio=NaN                | fastv:ratio=NaN must be the share
          fastv:keep=72,ratio=0.5        | fastv takes keep or ratio, not both: leave one out
          yopo:window=4                  | yopo:window=4 must be odd, for a window around a patch: choose 3 or 5
          yopo:window=0                  | yopo:window=0 must be a whole number from 1
          yopo:layers=0                  | yopo:layers=0 must be a whole number from 1
          yopo:mask=never                | yopo:mask=never must be after-softmax (the authors' code) or before-softmax (what the paper counts)
          yopo:keep=3                    | yopo has no option 'keep': it takes window, layers, heads, ffn, mask
          prumerge+:tokens=100           | prumerge+ has no budget of 100 tokens: choose one of 64, 128, 144, 192, 256, or leave tokens out
          """)
  void saysWhatExists(String given, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse(given))
        .withMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({
    "none, 576, 576",
    "vtc-cls:tokens=64, 64, 64",
    "fastv:keep=64, 576, 576",
    "yopo, 576, 576",
    "avgpool, 144, 144",
    "avgpool:k=24, 1, 1",
    "scope:tokens=576, 576, 576",
    "divprune:tokens=36, 36, 36",
    "prumerge, -1, 145",
    "prumerge+, -1, 577",
    "prumerge+:tokens=64, -1, 67",
    "prumerge+:tokens=128, -1, 137",
    "prumerge+:tokens=144, -1, 151",
    "prumerge+:tokens=192, -1, 208",
    "prumerge+:tokens=256, -1, 288"
  })
  void knowsHowManyTokensAnImageBecomes(String spec, int fixed, int most) {
    CompressionStrategy strategy = CompressionStrategy.parse(spec);

    assertThat(strategy.visionTokens(LLAVA))
        .isEqualTo(fixed < 0 ? OptionalInt.empty() : OptionalInt.of(fixed));
    assertThat(strategy.mostVisionTokens(LLAVA)).isEqualTo(most);
  }

  @ParameterizedTest
  @CsvSource({"64, 66", "128, 130", "144, 144", "192, 192", "256, 256"})
  void expectsAboutTheBudgetOfPruMergePlus(int tokens, int expected) {
    PruMergePlus.Budget budget = PruMergePlus.of(tokens).budget().orElseThrow();
    double grid = Math.ceil(575.0 / budget.step());
    double overlap = budget.top() * grid / 576;

    assertThat(Math.round(budget.top() + grid - overlap + 1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "none",
    "vtc-cls:layer=22",
    "fastv:layer=31,keep=576",
    "fastv:ratio=0.9982",
    "yopo:layers=32",
    "prumerge",
    "prumerge+",
    "prumerge+:tokens=64",
    "avgpool:k=3",
    "scope",
    "divprune"
  })
  void takesWhatLlavaDefines(String spec) {
    assertThatCode(() -> CompressionStrategy.parse(spec).check(LLAVA)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vtc-cls:layer=23    | vtc-cls:layer=23 leaves no block to read: it sums the attention of the vision tower's blocks from layer to 22, the last but one; choose layer=0 to 22
          vtc-cls:tokens=577  | vtc-cls cannot keep 577 tokens: an image has 576 patches; choose tokens=1 to 576
          scope:tokens=577    | scope cannot keep 577 tokens: an image has 576 patches
          divprune:tokens=577 | divprune cannot keep 577 tokens: an image has 576 patches
          avgpool:k=5         | avgpool:k=5 does not divide the 24 patches along the image's side: choose a k that does
          avgpool:k=48        | avgpool:k=48 does not divide the 24 patches
          fastv:layer=32      | fastv cannot drop tokens at layer 32: it needs the attention of the layer before and acts inside the language model's 32 layers; choose layer=1 to 31
          fastv:keep=577      | fastv cannot keep 577 tokens: an image has 576 with this checkpoint; choose keep=1 to 576
          yopo:layers=33      | yopo:layers=33 is more than this language model's 32 layers: choose layers=1 to 32
          yopo:ffn=11009      | yopo:ffn=11009 leaves none of the MLP's 11008 hidden units: choose ffn=1 to 11008
          fastv:ratio=0.9999  | fastv:ratio=0.9999 keeps none of an image's 576 tokens: choose a smaller ratio
          """)
  void refusesWhatIsUndefinedForLlava(String spec, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse(spec).check(LLAVA))
        .withMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({
    "vtc-cls",
    "prumerge",
    "prumerge+",
    "prumerge+:tokens=144",
    "avgpool",
    "scope",
    "divprune"
  })
  void refusesToBreakUpTheGridThatFusionNeeds(String spec) {
    CompressionStrategy strategy = CompressionStrategy.parse(spec);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> strategy.check(STF))
        .withMessage(
            "%1$s needs LLaVA-1.5's projector: this checkpoint fuses blocks or neighbouring patches of the 24x24 grid, which %1$s would break up; use fastv, llavolta or yopo, or a LLaVA-1.5 checkpoint",
            strategy.name());
  }

  @Test
  void dropsFusedTokensInsideTheLanguageModel() {
    FastV fastV = (FastV) CompressionStrategy.parse("fastv:keep=36");

    fastV.check(STF);
    assertThat(fastV.visionTokens(STF)).hasValue(144);
    assertThat(fastV.kept().of(144)).isEqualTo(36);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse("fastv:keep=145").check(STF))
        .withMessageContaining("an image has 144 with this checkpoint");
  }

  @ParameterizedTest
  @CsvSource({"576, 0.75, 144", "576, 0.5, 288", "5, 0.5, 2", "7, 0.5, 4", "144, 0.9, 14"})
  void keepsTheShareThatIsNotDroppedRoundedAsPythonDoes(int tokens, double dropped, int kept) {
    assertThat(new FastV.Ratio(dropped).of(tokens)).isEqualTo(kept);
  }

  @Test
  void asksForAnotherStrategyWhereTowersAndGridsAreTooSmall() {
    CheckpointShape small =
        new CheckpointShape(4, 1, true, 16, 4, false, new LanguageShape(1, 2, 2, 8));

    for (String spec : List.of("vtc-cls:tokens=4", "scope:tokens=4")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CompressionStrategy.parse(spec).check(small))
          .withMessageEndingWith("this tower has 1; use another strategy");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse("fastv:keep=4").check(small))
        .withMessageEndingWith("this language model has one; use another strategy");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompressionStrategy.parse("prumerge+:tokens=64").check(small))
        .withMessage(
            "prumerge+:tokens=64 is defined for 576 patches and the vision tower has 16: use prumerge+ without tokens");
  }

  @Test
  void explainsEachStrategyInTwoLinesWithItsPaper() {
    List<String> papers =
        List.of(
            StrategyHelp.VTC_CLS,
            StrategyHelp.FASTV,
            StrategyHelp.YOPO,
            StrategyHelp.PRUMERGE,
            StrategyHelp.PRUMERGE_PLUS,
            StrategyHelp.SCOPE,
            StrategyHelp.DIVPRUNE);

    assertThat(papers).allSatisfy(text -> assertThat(text).contains("arXiv:").hasSizeLessThan(200));
    assertThat(StrategyHelp.AVGPOOL).contains("paper");
  }
}
