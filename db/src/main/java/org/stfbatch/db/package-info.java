/** db. */
package org.stfbatch.db;
