/**
 * Places of bytes outside the database: local files, http(s) addresses and objects of S3 buckets.
 * The entry point is {@link org.stfbatch.storage.Storage}. Errors are {@link
 * org.stfbatch.storage.StorageException}s of one line that name the place and the cure; they never
 * contain credentials.
 */
package org.stfbatch.storage;
