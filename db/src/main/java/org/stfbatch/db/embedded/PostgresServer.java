package org.stfbatch.db.embedded;

import java.util.Optional;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.server.ServerControl;
import org.stfbatch.server.ServerFolders;

/** PostgreSQL on a home's {@link Cluster}, which the first start creates. */
final class PostgresServer implements ServerControl<DatabaseSettings> {

  private final ServerCommand command;
  private final Cluster cluster;
  private final Postmaster postmaster;

  PostgresServer(ServerFolders folders, Binaries binaries) {
    this.command = new ServerCommand(folders.server());
    this.cluster = new Cluster(folders, binaries, command);
    this.postmaster = new Postmaster(folders, binaries, command);
  }

  @Override
  public Optional<Running<DatabaseSettings>> find() {
    return postmaster
        .find()
        .map(
            found ->
                new Running<>(
                    found.pid(), found.ready() ? Optional.of(settings(found)) : Optional.empty()));
  }

  @Override
  public DatabaseSettings ensureRunning() {
    command.requireUnprivileged();
    cluster.prepare();
    return settings(postmaster.ensureRunning());
  }

  @Override
  public void stop() {
    postmaster.stop();
  }

  @Override
  public String address(DatabaseSettings settings) {
    return settings.url();
  }

  private DatabaseSettings settings(Postmaster.Running running) {
    String url = "jdbc:postgresql://127.0.0.1:" + running.port() + "/" + Cluster.DATABASE;
    return new DatabaseSettings(url, Cluster.USER, cluster.password());
  }
}
