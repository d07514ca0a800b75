/** Atomic file output, and checks that no output overwrites an input. */
package org.stfbatch.file;
