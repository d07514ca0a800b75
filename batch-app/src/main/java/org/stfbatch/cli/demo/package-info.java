/** The commands for generated pictures. */
package org.stfbatch.cli.demo;
