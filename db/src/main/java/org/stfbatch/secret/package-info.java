/** Keeps passwords out of what people and logs get to see. */
package org.stfbatch.secret;
