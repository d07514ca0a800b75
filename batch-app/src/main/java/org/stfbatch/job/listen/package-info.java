/** Starts a run for each message of a topic. */
package org.stfbatch.job.listen;
