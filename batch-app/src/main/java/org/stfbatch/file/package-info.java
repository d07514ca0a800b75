/** What the program writes to disk: files that are whole or not there, and never over an input. */
package org.stfbatch.file;
