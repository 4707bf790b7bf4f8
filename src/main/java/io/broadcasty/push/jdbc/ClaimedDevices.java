package io.broadcasty.push.jdbc;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.jdbc.DispatchesTable.Due;
import io.broadcasty.push.queue.FollowedTopic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The devices of claimed dispatches as they are now: address, user, confirmation and topics. */
final class ClaimedDevices {

  private static final String DEVICES =
      "SELECT s.id, s.tenant_id, s.user_id, s.service, s.token, s.public_key, s.auth_secret, "
          + ConfirmationColumns.COLUMNS
          + " FROM broadcasty_user_push_subs s WHERE s.id IN ";

  private final Map<String, Device> devices = new HashMap<>();
  private final Map<TenantChannel, Set<String>> followers = new HashMap<>();

  private record Device(
      TenantId tenant, String user, DeviceAddress address, Confirmation confirmation) {}

  private ClaimedDevices() {}

  /**
   * Reads the devices.
   *
   * @param maxKeys how many keys one statement may ask for
   */
  static ClaimedDevices read(Connection connection, List<Due> due, int maxKeys)
      throws SQLException {
    ClaimedDevices read = new ClaimedDevices();
    read.readDevices(
        connection, due.stream().map(Due::subscriptionId).distinct().toList(), maxKeys);
    Map<TenantChannel, Set<String>> byTopic = new HashMap<>();
    for (Due each : due) {
      Device device = read.devices.get(each.subscriptionId());
      if (each.topic() != null && device != null) {
        byTopic
            .computeIfAbsent(
                new TenantChannel(device.tenant(), new ChannelName(each.topic())),
                topic -> new TreeSet<>())
            .add(each.subscriptionId());
      }
    }
    for (Map.Entry<TenantChannel, Set<String>> each : byTopic.entrySet()) {
      read.readFollowers(connection, each.getKey(), List.copyOf(each.getValue()), maxKeys);
    }
    return read;
  }

  private void readDevices(Connection connection, List<String> ids, int step) throws SQLException {
    PreparedStatement select = null;
    int size = 0;
    try {
      for (int from = 0; from < ids.size(); from += step) {
        List<String> some = ids.subList(from, Math.min(ids.size(), from + step));
        if (select == null || size != some.size()) {
          if (select != null) {
            select.close();
          }
          size = some.size();
          select = connection.prepareStatement(DEVICES + PushDatabase.placeholders(size));
        }
        for (int i = 0; i < size; i++) {
          select.setString(i + 1, some.get(i));
        }
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            String user = row.getString(3);
            devices.put(
                row.getString(1),
                new Device(
                    new TenantId(row.getString(2)),
                    user,
                    JdbcPushSubscriptionStore.address(row, 4),
                    ConfirmationColumns.read(row, 8, user)));
          }
        }
      }
    } finally {
      if (select != null) {
        select.close();
      }
    }
  }

  private void readFollowers(Connection connection, TenantChannel topic, List<String> ids, int step)
      throws SQLException {
    Set<String> found = new HashSet<>();
    for (int from = 0; from < ids.size(); from += step) {
      found.addAll(
          TopicsTable.followers(
              connection,
              topic.tenant(),
              topic.name().value(),
              ids.subList(from, Math.min(ids.size(), from + step))));
    }
    followers.put(topic, found);
  }

  /** Returns the address; null when the device was removed or belongs to another user now. */
  @Nullable DeviceAddress address(Due due) {
    Device device = ofSameUser(due);
    return device == null ? null : device.address();
  }

  /** Returns the topic by which the device is addressed; null when there is none. */
  @Nullable FollowedTopic topic(Due due) {
    Device device = ofSameUser(due);
    if (device == null || due.topic() == null) {
      return null;
    }
    ChannelName name = new ChannelName(due.topic());
    Set<String> ids = followers.getOrDefault(new TenantChannel(device.tenant(), name), Set.of());
    return new FollowedTopic(name, ids.contains(due.subscriptionId()), device.confirmation());
  }

  private @Nullable Device ofSameUser(Due due) {
    Device device = devices.get(due.subscriptionId());
    return device != null && device.user().equals(due.user()) ? device : null;
  }
}
