/**
 * Downloads checkpoints from the Hugging Face hub, or from a server that speaks its HTTP interface.
 * Knows file names and checksums, and nothing of what is in the files but the tower's name.
 */
package org.stfbatch.hub;
