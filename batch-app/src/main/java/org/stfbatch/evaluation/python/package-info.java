/** Texts, numbers and JSON as Python, in which the original's scripts are written, has them. */
package org.stfbatch.evaluation.python;
