/**
 * Downloads checkpoints from the Hugging Face hub, or from a server with the same HTTP interface.
 * Knows file names and checksums, and of the content only the vision tower's name.
 */
package org.stfbatch.hub;
