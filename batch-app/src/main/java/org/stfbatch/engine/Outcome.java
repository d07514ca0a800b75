package org.stfbatch.engine;

/** What becomes of a job: exactly one of an answer and a failure. */
public sealed interface Outcome permits Answer, Failure {}
