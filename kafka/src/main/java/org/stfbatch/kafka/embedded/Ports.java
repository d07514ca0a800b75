package org.stfbatch.kafka.embedded;

import org.stfbatch.server.FreePort;

/**
 * Where the broker listens.
 *
 * @param broker for clients
 * @param controller for itself
 */
record Ports(int broker, int controller) {

  static Ports free() {
    int broker = FreePort.any();
    int controller = FreePort.any();
    while (controller == broker) {
      controller = FreePort.any();
    }
    return new Ports(broker, controller);
  }

  boolean areFree() {
    return FreePort.isFree(broker) && FreePort.isFree(controller);
  }
}
