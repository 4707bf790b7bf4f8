package io.broadcasty.delivery.occupancy.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.occupancy.ChannelState;
import io.broadcasty.delivery.occupancy.ChannelState.LastNotification;
import io.broadcasty.delivery.occupancy.ChannelState.Report;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL statements on {@code broadcasty_occupancy}. Stateless. */
@ThreadSafe
final class OccupancyTable {

  private static final int VACANT = 0;
  private static final int OCCUPIED = 1;
  private static final int NOTIFYING = 2;

  private static final String COLUMNS = "channel, claims, told, told_by, told_number, told_at";
  private static final String INSERT =
      "INSERT INTO broadcasty_occupancy (occupied, claims, told, told_by, told_number, told_at,"
          + " changed_at, tenant_id, channel) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE =
      "UPDATE broadcasty_occupancy SET occupied = ?, claims = ?, told = ?, told_by = ?,"
          + " told_number = ?, told_at = ?, changed_at = ? WHERE tenant_id = ? AND channel = ?";
  private static final String OF_NODE =
      "SELECT tenant_id, channel FROM broadcasty_occupancy WHERE occupied = 1 AND claims LIKE ?";
  private static final String PRUNE =
      "DELETE FROM broadcasty_occupancy WHERE occupied = 0 AND told <> 1 AND changed_at < ?";

  private OccupancyTable() {}

  /**
   * Reads the states of those channels of a tenant that have a row.
   *
   * @param locking whether to lock the rows until the transaction ends
   * @param atOnce how many channels are queried in one statement
   */
  static Map<TenantChannel, ChannelState> read(
      Connection connection,
      TenantId tenant,
      List<TenantChannel> channels,
      int atOnce,
      boolean locking)
      throws SQLException {
    Map<TenantChannel, ChannelState> found = new HashMap<>();
    int placeholders = channels.size() == 1 ? 1 : atOnce;
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM broadcasty_occupancy WHERE tenant_id = ? AND channel IN ("
            + String.join(", ", Collections.nCopies(placeholders, "?"))
            + ") ORDER BY channel"
            + (locking ? " FOR UPDATE" : "");
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, tenant.value());
      for (int from = 0; from < channels.size(); from += placeholders) {
        for (int i = 0; i < placeholders; i++) { // the last one fills the remaining placeholders
          TenantChannel channel = channels.get(Math.min(from + i, channels.size() - 1));
          select.setString(2 + i, channel.name().value());
        }
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            found.put(new TenantChannel(tenant, new ChannelName(rows.getString(1))), state(rows));
          }
        }
      }
    }
    return found;
  }

  private static ChannelState state(ResultSet row) throws SQLException {
    int notified = row.getInt(3);
    return new ChannelState(
        claims(row.getString(2)),
        notified == VACANT
            ? ChannelState.VACANT
            : new LastNotification(
                notified == OCCUPIED, row.getString(4), row.getLong(5), row.getLong(6)));
  }

  /** Writes the states of channels. */
  static void write(
      Connection connection, Map<TenantChannel, ChannelState> states, boolean isNew, long nowMillis)
      throws SQLException {
    if (states.isEmpty()) {
      return;
    }
    try (PreparedStatement write = connection.prepareStatement(isNew ? INSERT : UPDATE)) {
      for (Map.Entry<TenantChannel, ChannelState> each : states.entrySet()) {
        ChannelState state = each.getValue();
        LastNotification notified = state.lastNotification();
        write.setInt(1, state.isOccupied() ? 1 : 0);
        write.setString(2, text(state.reports()));
        write.setInt(
            3,
            notified.occupied()
                ? OCCUPIED
                : notified.equals(ChannelState.VACANT) ? VACANT : NOTIFYING);
        write.setString(4, notified.by());
        write.setLong(5, notified.number());
        write.setLong(6, notified.sinceMillis());
        write.setLong(7, nowMillis);
        write.setString(8, each.getKey().tenant().value());
        write.setString(9, each.getKey().name().value());
        write.addBatch();
      }
      write.executeBatch();
    }
  }

  /** Returns some of the channels of which a node has subscribers; scans the table. */
  static List<TenantChannel> ofNode(Connection connection, String node, int limit)
      throws SQLException {
    List<TenantChannel> channels = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(OF_NODE)) {
      select.setMaxRows(limit);
      select.setString(1, "% " + node + "+%");
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          channels.add(
              new TenantChannel(
                  new TenantId(rows.getString(1)), new ChannelName(rows.getString(2))));
        }
      }
    }
    return channels;
  }

  /** Deletes the rows of channels that were left before a time. */
  static void prune(Connection connection, long beforeMillis) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
      delete.setLong(1, beforeMillis);
      delete.executeUpdate();
    }
  }

  private static String text(Map<String, Report> claims) {
    StringBuilder text = new StringBuilder();
    claims.forEach(
        (node, claim) ->
            text.append(' ')
                .append(node)
                .append(claim.occupied() ? '+' : '-')
                .append(claim.number())
                .append('@')
                .append(claim.reportedMillis()));
    return text.toString();
  }

  private static Map<String, Report> claims(String text) {
    Map<String, Report> claims = new HashMap<>();
    for (String each : text.split(" ", -1)) {
      if (!each.isEmpty()) {
        int at = each.lastIndexOf('@');
        int sign = Math.max(each.lastIndexOf('+', at), each.lastIndexOf('-', at));
        claims.put(
            each.substring(0, sign),
            new Report(
                each.charAt(sign) == '+',
                Long.parseLong(each.substring(sign + 1, at)),
                Long.parseLong(each.substring(at + 1))));
      }
    }
    return claims;
  }
}
