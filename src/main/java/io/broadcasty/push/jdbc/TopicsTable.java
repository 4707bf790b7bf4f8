package io.broadcasty.push.jdbc;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** SQL statements on the table {@code broadcasty_push_topics}. */
final class TopicsTable {

  private static final String OF_DEVICE =
      "SELECT topic FROM broadcasty_push_topics WHERE subscription_id = ? ORDER BY topic";
  private static final String ADD =
      "INSERT INTO broadcasty_push_topics (tenant_id, topic, subscription_id) VALUES (?, ?, ?)";
  private static final String DROP_ALL =
      "DELETE FROM broadcasty_push_topics WHERE subscription_id = ?";
  private static final String DROP =
      "DELETE FROM broadcasty_push_topics WHERE tenant_id = ? AND topic = ?"
          + " AND subscription_id = ?";
  private static final String FOLLOWERS =
      "SELECT subscription_id FROM broadcasty_push_topics WHERE tenant_id = ? AND topic = ?"
          + " AND subscription_id IN ";

  private TopicsTable() {}

  static List<ChannelName> ofDevice(Connection connection, String id) throws SQLException {
    List<ChannelName> topics = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(OF_DEVICE)) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          topics.add(new ChannelName(row.getString(1)));
        }
      }
    }
    return topics;
  }

  /** Replaces the topics of a device. */
  static void replace(
      Connection connection, TenantId tenant, String id, Collection<ChannelName> topics)
      throws SQLException {
    dropAll(connection, id);
    if (topics.isEmpty()) {
      return;
    }
    try (PreparedStatement add = connection.prepareStatement(ADD)) {
      for (ChannelName topic : new TreeSet<>(topics)) {
        add.setString(1, tenant.value());
        add.setString(2, topic.value());
        add.setString(3, id);
        add.addBatch();
      }
      add.executeBatch();
    }
  }

  /** Drops the topics that a device may not follow, and returns them in order. */
  static List<ChannelName> dropUnless(
      Connection connection, TenantId tenant, String id, Predicate<ChannelName> mayFollow)
      throws SQLException {
    List<ChannelName> dropped = ofDevice(connection, id);
    dropped.removeIf(mayFollow);
    if (!dropped.isEmpty()) {
      try (PreparedStatement drop = connection.prepareStatement(DROP)) {
        for (ChannelName topic : dropped) {
          drop.setString(1, tenant.value());
          drop.setString(2, topic.value());
          drop.setString(3, id);
          drop.addBatch();
        }
        drop.executeBatch();
      }
    }
    return dropped;
  }

  static void dropAll(Connection connection, String id) throws SQLException {
    try (PreparedStatement drop = connection.prepareStatement(DROP_ALL)) {
      drop.setString(1, id);
      drop.executeUpdate();
    }
  }

  /**
   * Returns which of these devices follow a topic.
   *
   * @param ids at most as many as one statement may ask for
   */
  static Set<String> followers(
      Connection connection, TenantId tenant, String topic, List<String> ids) throws SQLException {
    Set<String> found = new HashSet<>();
    String sql = FOLLOWERS + PushDatabase.placeholders(ids.size());
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, tenant.value());
      select.setString(2, topic);
      for (int i = 0; i < ids.size(); i++) {
        select.setString(i + 3, ids.get(i));
      }
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(row.getString(1));
        }
      }
    }
    return found;
  }
}
