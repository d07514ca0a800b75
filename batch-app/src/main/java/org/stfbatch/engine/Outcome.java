package org.stfbatch.engine;

/** Outcome of a job: either an answer or a failure. */
public sealed interface Outcome permits Answer, Failure {}
