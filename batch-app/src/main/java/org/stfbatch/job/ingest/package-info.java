/** Turns question files and folders of images into image jobs. */
package org.stfbatch.job.ingest;
