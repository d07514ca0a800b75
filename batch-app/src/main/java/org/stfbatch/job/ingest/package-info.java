/** Ingest: converts question files and folders of images to image jobs. */
package org.stfbatch.job.ingest;
