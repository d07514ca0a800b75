/** Intake: stores the messages of a topic as jobs of runs. */
package org.stfbatch.job.intake;
