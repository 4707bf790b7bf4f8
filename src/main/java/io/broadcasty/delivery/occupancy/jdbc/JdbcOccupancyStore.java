package io.broadcasty.delivery.occupancy.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.occupancy.ChannelState;
import io.broadcasty.delivery.occupancy.OccupancyAnswer;
import io.broadcasty.delivery.occupancy.OccupancyChange;
import io.broadcasty.delivery.occupancy.OccupancyException;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stores in a relational database which channels have subscribers on which nodes: a row for each,
 * locked while its change is decided. Changes of a tenant's channels are applied in batches of some
 * dozens per transaction. Times are those of the clock that the nodes share.
 */
public final class JdbcOccupancyStore implements OccupancyStore {

  private static final int BATCH_SIZE = 100;
  private static final int ATTEMPTS = 5;

  /** How long a node that was considered dead can find out that its channels were removed. */
  private static final long LEFT_MILLIS = Duration.ofMinutes(10).toMillis();

  private final Transactions transactions;
  private final String self;
  private final Ticker ticker;
  private final WallClock clock;

  /**
   * @param database stays open when the store is closed
   * @param self this node's name
   */
  public JdbcOccupancyStore(Database database, String self, Ticker ticker, WallClock clock) {
    this.transactions = new Transactions(database);
    this.self = self;
    this.ticker = ticker;
    this.clock = clock;
  }

  @Override
  public Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes) {
    Map<TenantId, Map<TenantChannel, List<OccupancyChange>>> byTenant =
        new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
    for (OccupancyChange change : changes) {
      byTenant
          .computeIfAbsent(
              change.channel().tenant(),
              tenant -> new TreeMap<>((a, b) -> a.name().compareTo(b.name())))
          .computeIfAbsent(change.channel(), channel -> new ArrayList<>())
          .add(change);
    }
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
    try {
      for (Map.Entry<TenantId, Map<TenantChannel, List<OccupancyChange>>> each :
          byTenant.entrySet()) {
        List<TenantChannel> channels = new ArrayList<>(each.getValue().keySet());
        for (int from = 0; from < channels.size(); from += BATCH_SIZE) {
          List<TenantChannel> some =
              channels.subList(from, Math.min(channels.size(), from + BATCH_SIZE));
          answers.putAll(apply(each.getKey(), some, each.getValue()));
        }
      }
    } catch (SQLException e) {
      if (answers.isEmpty()) {
        throw unavailable(e);
      }
    }
    return answers;
  }

  private Map<OccupancyChange, OccupancyAnswer> apply(
      TenantId tenant,
      List<TenantChannel> channels,
      Map<TenantChannel, List<OccupancyChange>> changes)
      throws SQLException {
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
    List<TenantChannel> changing = new ArrayList<>(channels);
    changing.removeAll(known(tenant, channels, changes, answers));
    if (!changing.isEmpty()) {
      answers.putAll(
          transactions.write(
              ATTEMPTS, connection -> change(connection, tenant, changing, changes)));
    }
    return answers;
  }

  /** Returns the channels whose known state is only renewed: nearly all of those renewed. */
  private List<TenantChannel> known(
      TenantId tenant,
      List<TenantChannel> channels,
      Map<TenantChannel, List<OccupancyChange>> changes,
      Map<OccupancyChange, OccupancyAnswer> answers)
      throws SQLException {
    List<TenantChannel> renewed =
        channels.stream()
            .filter(
                channel ->
                    changes.getOrDefault(channel, List.of()).stream()
                        .allMatch(change -> change.kind() == OccupancyChange.Kind.RENEW))
            .toList();
    if (renewed.isEmpty()) {
      return List.of();
    }
    Map<TenantChannel, ChannelState> states =
        transactions.runAutoCommit(
            connection ->
                OccupancyTable.read(
                    connection, tenant, renewed, transactions.maxKeysPerStatement(), false));
    List<TenantChannel> known = new ArrayList<>();
    states.forEach(
        (channel, state) -> {
          ChannelState.Report claim = state.reports().get(self);
          if (claim != null && claim.occupied() && state.lastNotification().occupied()) {
            known.add(channel);
            changes
                .getOrDefault(channel, List.of())
                .forEach(each -> answers.put(each, OccupancyAnswer.NOTHING));
          }
        });
    return known;
  }

  private Map<OccupancyChange, OccupancyAnswer> change(
      Connection connection,
      TenantId tenant,
      List<TenantChannel> channels,
      Map<TenantChannel, List<OccupancyChange>> changes)
      throws SQLException {
    long now = clock.nowMillis();
    Map<TenantChannel, ChannelState> kept =
        OccupancyTable.read(connection, tenant, channels, transactions.maxKeysPerStatement(), true);
    Map<TenantChannel, ChannelState> created =
        new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
    for (TenantChannel channel : channels) {
      ChannelState state = kept.get(channel);
      if (state == null) {
        state = new ChannelState();
        created.put(channel, state);
      }
      for (OccupancyChange change : changes.getOrDefault(channel, List.of())) {
        answers.put(change, state.apply(change, self, now, change.goneMillis(ticker.readNanos())));
      }
      state.forgetLeft(now - LEFT_MILLIS);
    }
    OccupancyTable.write(connection, kept, false, now);
    OccupancyTable.write(connection, created, true, now);
    return answers;
  }

  @Override
  public Collection<TenantChannel> channelsOf(String node, int limit) {
    return query(connection -> OccupancyTable.ofNode(connection, node, limit));
  }

  /** {@inheritDoc} Does nothing, since only the channels' own rows are stored. */
  @Override
  public void release(String node, Collection<TenantChannel> channels) {}

  /**
   * Deletes the rows of channels that have had no subscribers for a while; one of the nodes does
   * it.
   *
   * @throws OccupancyException when the database does not answer
   */
  public void prune() {
    Boolean unused =
        query(
            connection -> {
              OccupancyTable.prune(connection, clock.nowMillis() - LEFT_MILLIS);
              return true;
            });
  }

  @Override
  public void close() {}

  private <T> T query(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  private static OccupancyException unavailable(SQLException cause) {
    return new OccupancyException("cannot access the occupancy of channels in the database", cause);
  }
}
