/**
 * What every module shares: how messages speak of input, the names and ranges of settings, and what
 * an answer says of its model.
 */
package org.stfbatch.base;
