package org.stfbatch.job;

/** Tells another one all that it is told; to be extended by those that count on the way. */
public class ForwardingProgress implements Progress {
  private final Progress next;

  protected ForwardingProgress(Progress next) {
    this.next = next;
  }

  @Override
  public void begun() {
    next.begun();
  }

  @Override
  public void finished() {
    next.finished();
  }

  @Override
  public void advanced(Step step) {
    next.advanced(step);
  }

  @Override
  public void expected(long more) {
    next.expected(more);
  }
}
