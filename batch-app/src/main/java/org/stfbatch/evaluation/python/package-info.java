/** Text, numbers and JSON with the semantics of Python, the language of the original's scripts. */
package org.stfbatch.evaluation.python;
