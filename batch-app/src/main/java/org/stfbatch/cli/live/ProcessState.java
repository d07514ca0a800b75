package org.stfbatch.cli.live;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What health checks tell about the process. The suppliers are called on server threads.
 *
 * @param ready whether the process can work
 * @param doing current activity in one line, for users
 * @param problems why the process is not healthy, one line each, for users; none while it is
 */
record ProcessState(
    BooleanSupplier ready, Supplier<String> doing, Supplier<List<String>> problems) {}
