package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL statements on the remembered ids. */
final class IdsTable {

  private IdsTable() {}

  /**
   * Returns the positions of the known ids.
   *
   * @param idsAtOnce how many ids are queried in one statement
   */
  static Map<String, Position> find(
      Connection connection, TenantChannel channel, List<String> ids, int idsAtOnce)
      throws SQLException {
    Map<String, Position> found = new HashMap<>();
    if (ids.isEmpty()) {
      return found;
    }
    int placeholders = ids.size() == 1 ? 1 : idsAtOnce;
    String places = String.join(", ", Collections.nCopies(placeholders, "?"));
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT envelope_id, epoch, partition_no, seq FROM broadcasty_ids"
                + " WHERE tenant_id = ? AND channel = ? AND envelope_id IN ("
                + places
                + ")")) {
      select.setString(1, channel.tenant().value());
      select.setString(2, channel.name().value());
      for (int from = 0; from < ids.size(); from += placeholders) {
        for (int i = 0; i < placeholders; i++) { // the last one fills the remaining placeholders
          select.setString(3 + i, ids.get(Math.min(from + i, ids.size() - 1)));
        }
        collect(select, found);
      }
    }
    return found;
  }

  private static void collect(PreparedStatement select, Map<String, Position> found)
      throws SQLException {
    try (ResultSet result = select.executeQuery()) {
      while (result.next()) {
        found.put(
            result.getString(1),
            new Position(result.getString(2), result.getInt(3), result.getLong(4)));
      }
    }
  }

  static PreparedStatement prepareInsert(Connection connection) throws SQLException {
    return connection.prepareStatement(
        "INSERT INTO broadcasty_ids (tenant_id, channel, envelope_id, partition_no, epoch, seq,"
            + " published_at) VALUES (?, ?, ?, ?, ?, ?, ?)");
  }

  static void addInsert(PreparedStatement insert, Publication publication) throws SQLException {
    TenantChannel channel = publication.envelope().channel();
    insert.setString(1, channel.tenant().value());
    insert.setString(2, channel.name().value());
    insert.setString(3, publication.envelope().id());
    insert.setInt(4, publication.position().partition());
    insert.setString(5, publication.position().epoch());
    insert.setLong(6, publication.position().sequence());
    insert.setLong(7, publication.timeMillis());
    insert.addBatch();
  }

  /**
   * Deletes about that many ids from before a time, the oldest first.
   *
   * @return whether there may be more
   */
  static boolean deleteSome(Connection connection, long beforeMillis, int limit)
      throws SQLException {
    long upTo = beforeMillis - 1;
    boolean more = false;
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT published_at FROM broadcasty_ids WHERE published_at < ?"
                + " ORDER BY published_at LIMIT 1 OFFSET "
                + limit)) {
      select.setLong(1, beforeMillis);
      try (ResultSet result = select.executeQuery()) {
        if (result.next()) {
          upTo = result.getLong(1);
          more = true;
        }
      }
    }
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM broadcasty_ids WHERE published_at <= ?")) {
      delete.setLong(1, upTo);
      delete.executeUpdate();
    }
    return more;
  }
}
