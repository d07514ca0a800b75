/** Masking of passwords in messages and logs. */
package org.stfbatch.secret;
