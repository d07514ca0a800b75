/** The commands about the drawn world. */
package org.stfbatch.cli.demo;
