/** Publishes outcomes to a topic. */
package org.stfbatch.job.publish;
