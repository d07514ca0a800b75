package org.stfbatch.cli.live;

/**
 * Where the HTTP server listens, and whose requests it answers.
 *
 * @param address where it listens
 * @param hosts accepted values of the Host header
 * @param token needed for everything about the run; not for health checks
 */
record HttpAccess(HttpAddress address, AcceptedHosts hosts, AccessToken token) {
  /** Returns whether other machines can read about the run without a token. */
  boolean isPublic() {
    return !address.isLoopback() && !token.isNeeded();
  }
}
