/**
 * Code that all modules share: error message texts, names and ranges of settings, model identity.
 */
package org.stfbatch.base;
