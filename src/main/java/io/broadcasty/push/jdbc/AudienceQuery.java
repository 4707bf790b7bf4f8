package io.broadcasty.push.jdbc;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.Recipient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the devices of one audience: those that are named, then followers that may follow. */
final class AudienceQuery {

  private static final String NAMED =
      "SELECT s.id, s.user_id, s.service FROM broadcasty_user_push_subs s"
          + " WHERE s.tenant_id = ? AND s.";
  private static final String FOLLOWERS =
      "SELECT s.id, s.user_id, s.service, "
          + ConfirmationColumns.COLUMNS
          + " FROM broadcasty_push_topics t"
          + " JOIN broadcasty_user_push_subs s ON s.id = t.subscription_id"
          + " WHERE t.tenant_id = ? AND t.topic = ? ORDER BY t.subscription_id LIMIT ?";

  private final Connection connection;
  private final TenantId tenant;
  private final FollowerPolicy followers;
  private final int limit;
  private final int maxKeys;
  private final Map<String, Recipient> found = new LinkedHashMap<>();

  AudienceQuery(
      Connection connection, TenantId tenant, FollowerPolicy followers, int limit, int maxKeys) {
    this.connection = connection;
    this.tenant = tenant;
    this.followers = followers;
    this.limit = limit;
    this.maxKeys = maxKeys;
  }

  List<Recipient> find(Audience audience) throws SQLException {
    addNamed("user_id", audience.users());
    addNamed("id", audience.devices());
    for (ChannelName topic : new TreeSet<>(audience.topics())) {
      if (found.size() < limit) {
        addFollowers(topic);
      }
    }
    return List.copyOf(found.values());
  }

  private void addNamed(String column, Set<String> keys) throws SQLException {
    List<String> all = List.copyOf(new TreeSet<>(keys));
    for (int from = 0; from < all.size() && found.size() < limit; from += maxKeys) {
      List<String> some = all.subList(from, Math.min(all.size(), from + maxKeys));
      String sql = NAMED + column + " IN " + PushDatabase.placeholders(some.size());
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        select.setString(1, tenant.value());
        for (int i = 0; i < some.size(); i++) {
          select.setString(i + 2, some.get(i));
        }
        try (ResultSet row = select.executeQuery()) {
          while (row.next() && found.size() < limit) {
            found.put(
                row.getString(1),
                new Recipient(
                    row.getString(1),
                    row.getString(2),
                    JdbcPushSubscriptionStore.service(row.getString(3))));
          }
        }
      }
    }
  }

  private void addFollowers(ChannelName topic) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FOLLOWERS)) {
      select.setString(1, tenant.value());
      select.setString(2, topic.value());
      select.setInt(3, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next() && found.size() < limit) {
          String id = row.getString(1);
          String user = row.getString(2);
          if (!found.containsKey(id)
              && followers.allows(tenant, topic, ConfirmationColumns.read(row, 4, user))) {
            found.put(
                id,
                new Recipient(
                    id, user, JdbcPushSubscriptionStore.service(row.getString(3)), topic));
          }
        }
      }
    }
  }
}
