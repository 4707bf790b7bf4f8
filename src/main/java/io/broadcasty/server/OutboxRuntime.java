package io.broadcasty.server;

import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.meters.OutboxMeters;
import io.broadcasty.outbox.OutboxAdministration;
import io.broadcasty.outbox.OutboxReader;
import io.broadcasty.outbox.OutboxSource;
import io.broadcasty.outbox.OutboxStatus;
import io.broadcasty.outbox.jdbc.JdbcOutboxTable;
import io.broadcasty.server.stores.ApplicationDataSource;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.streams.publish.PublishService;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The readers of the outbox tables of applications. */
final class OutboxRuntime implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(OutboxRuntime.class.getName());

  private final List<OutboxReader> readers = new ArrayList<>();

  /**
   * Starts a reader for each source.
   *
   * @param paused returns whether this node takes no part now
   */
  OutboxRuntime(
      List<OutboxSource> sources,
      PublishService publish,
      TenantSettingsLookup tenants,
      BooleanSupplier paused,
      Meters meters,
      Ticker ticker,
      WallClock clock,
      Threads threads) {
    for (OutboxSource source : sources) {
      LOG.log(
          Level.INFO,
          "Reading the outbox {0} for the tenant {1}, channels {2} {3}",
          source.id(),
          source.tenant(),
          source.patterns(),
          source.names());
      readers.add(
          new OutboxReader(
              source,
              new JdbcOutboxTable(ApplicationDataSource.of(source)),
              publish,
              tenants,
              paused,
              new OutboxStatus(),
              ticker,
              clock,
              threads.loops));
    }
    readers.forEach(
        reader -> meters.addAll(OutboxMeters.of(reader.source().id(), reader.status())));
  }

  /** Returns the use case of administrators. */
  OutboxAdministration administration() {
    return new OutboxAdministration(readers);
  }

  /** Reads no more, so that other nodes do. */
  @Override
  public void close() {
    readers.forEach(OutboxReader::close);
  }
}
