package org.stfbatch.compression;

/** Usage line of each strategy, as {@code --help} prints it. */
public final class StrategyHelp {
  static final String NONE_USAGE = "none";
  static final String VTC_CLS_USAGE = "vtc-cls[:layer=16,tokens=144]";
  static final String FASTV_USAGE = "fastv[:layer=2,keep=144]";
  static final String LLAVOLTA_USAGE = "llavolta[:layer=2,stride=8]";
  static final String YOPO_USAGE = "yopo[:window=5,layers=16,heads=FILE.npy,ffn=2]";
  static final String PRUMERGE_USAGE = "prumerge";
  static final String PRUMERGE_PLUS_USAGE = "prumerge+[:tokens=64|128|144|192|256]";
  static final String AVGPOOL_USAGE = "avgpool[:k=2]";
  static final String SCOPE_USAGE = "scope[:tokens=144]";
  static final String DIVPRUNE_USAGE = "divprune[:tokens=144]";

  public static final String NONE =
      NONE_USAGE + ": all tokens that the checkpoint's own projector makes.";

  public static final String VTC_CLS =
      VTC_CLS_USAGE
          + ": keeps the patches that CLIP's class token attends to most, in blocks layer to last but one (VTC-CLS, arXiv:2412.05819).";

  public static final String FASTV =
      FASTV_USAGE
          + ": drops tokens before a layer of the language model, those that the prompt's end attends to least; ratio=0.75 instead of keep drops that share (FastV, arXiv:2403.06764).";

  public static final String LLAVOLTA =
      LLAVOLTA_USAGE
          + ": averages each stride tokens that follow each other, before a layer of the language model; layer=-1: before its first one, at consecutive positions (LLaVolta, arXiv:2406.20092).";

  public static final String YOPO =
      YOPO_USAGE
          + ": keeps all tokens and computes less for each; without heads, all are kept (YOPO, arXiv:2410.06169); mask=before-softmax is another function.";

  public static final String PRUMERGE =
      PRUMERGE_USAGE
          + ": keeps patches whose class attention is an outlier, and merges similar ones into them; the number depends on the image (LLaVA-PruMerge, arXiv:2403.15388).";

  public static final String PRUMERGE_PLUS =
      PRUMERGE_PLUS_USAGE
          + ": likewise, with patches of a regular grid; tokens: the approximate number (LLaVA-PruMerge+, arXiv:2403.15388).";

  public static final String AVGPOOL =
      AVGPOOL_USAGE
          + ": the mean of each k x k block of patches (AvgPool of the LLaVA-STF paper, untrained).";

  public static final String SCOPE =
      SCOPE_USAGE
          + ": keeps patches that together resemble all others most, weighted by class attention (SCOPE, arXiv:2510.24214).";

  public static final String DIVPRUNE =
      DIVPRUNE_USAGE
          + ": keeps the projected tokens that differ most from each other (DivPrune, arXiv:2503.02175).";

  private StrategyHelp() {}
}
