/** Brings the messages of a topic into runs. */
package org.stfbatch.job.intake;
