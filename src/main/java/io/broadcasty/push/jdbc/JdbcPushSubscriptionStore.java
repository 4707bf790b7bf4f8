package io.broadcasty.push.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores push subscriptions in a relational database. */
@ThreadSafe
public final class JdbcPushSubscriptionStore implements PushSubscriptionStore {

  private static final String BY_TOKEN =
      "SELECT id, user_id FROM broadcasty_user_push_subs WHERE tenant_id = ? AND service = ? AND"
          + " token_hash = ? FOR UPDATE";
  private static final String INSERT =
      "INSERT INTO broadcasty_user_push_subs (user_id, public_key, auth_secret, device,"
          + " confirmed_at, id, tenant_id, service, token_hash, token, created_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE =
      "UPDATE broadcasty_user_push_subs SET user_id = ?, public_key = ?, auth_secret = ?,"
          + " device = ?, confirmed_at = ? WHERE id = ?";
  private static final String OF_USER =
      "SELECT id, service, token, public_key, auth_secret, device, confirmed_at"
          + " FROM broadcasty_user_push_subs WHERE tenant_id = ? AND user_id = ?"
          + " ORDER BY confirmed_at DESC, id";
  private static final String TOPICS =
      "SELECT topic FROM broadcasty_push_topics WHERE subscription_id = ? ORDER BY topic";
  private static final String ADD_TOPIC =
      "INSERT INTO broadcasty_push_topics (tenant_id, topic, subscription_id) VALUES (?, ?, ?)";
  private static final String DROP_TOPICS =
      "DELETE FROM broadcasty_push_topics WHERE subscription_id = ?";
  private static final String OWNER =
      "SELECT user_id FROM broadcasty_user_push_subs WHERE id = ? AND tenant_id = ? FOR UPDATE";
  private static final String DELETE = "DELETE FROM broadcasty_user_push_subs WHERE id = ?";
  private static final String RECIPIENT = "SELECT s.id, s.user_id, s.service FROM ";
  private static final String FOLLOWERS =
      RECIPIENT
          + "broadcasty_push_topics t JOIN broadcasty_user_push_subs s ON s.id = t.subscription_id"
          + " WHERE t.tenant_id = ? AND t.topic = ? ORDER BY t.subscription_id LIMIT ?";

  private final PushDatabase database;

  /**
   * Creates a store.
   *
   * @param database stays open when the store is closed
   */
  public JdbcPushSubscriptionStore(Database database) {
    this.database = new PushDatabase(database);
  }

  @Override
  public PushSubscription save(
      TenantId tenant,
      String user,
      DeviceAddress address,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics,
      long nowMillis) {
    return database.writeDurably(
        connection -> {
          Known known = known(connection, tenant, address);
          String id = known == null ? UUID.randomUUID().toString() : known.id();
          try (PreparedStatement save =
              connection.prepareStatement(known == null ? INSERT : UPDATE)) {
            save.setString(1, user);
            save.setString(2, address.publicKey());
            save.setString(3, address.authSecret());
            save.setString(4, device);
            save.setLong(5, nowMillis);
            save.setString(6, id);
            if (known == null) {
              save.setString(7, tenant.value());
              save.setString(8, address.service().name());
              save.setString(9, hash(address.token()));
              save.setString(10, address.token());
              save.setLong(11, nowMillis);
            }
            save.executeUpdate();
          }
          boolean moved = known != null && !known.user().equals(user);
          if (topics != null || moved) {
            follow(connection, tenant, id, topics == null ? List.of() : topics);
          }
          dropOldest(connection, tenant, user);
          return new PushSubscription(
              id, tenant, user, address, device, topics(connection, id), nowMillis);
        });
  }

  private record Known(String id, String user) {}

  private static @Nullable Known known(
      Connection connection, TenantId tenant, DeviceAddress address) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BY_TOKEN)) {
      select.setString(1, tenant.value());
      select.setString(2, address.service().name());
      select.setString(3, hash(address.token()));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Known(row.getString(1), row.getString(2)) : null;
      }
    }
  }

  private static void follow(
      Connection connection, TenantId tenant, String id, Collection<ChannelName> topics)
      throws SQLException {
    execute(connection, DROP_TOPICS, id);
    if (topics.isEmpty()) {
      return;
    }
    try (PreparedStatement add = connection.prepareStatement(ADD_TOPIC)) {
      for (ChannelName topic : new TreeSet<>(topics)) {
        add.setString(1, tenant.value());
        add.setString(2, topic.value());
        add.setString(3, id);
        add.addBatch();
      }
      add.executeBatch();
    }
  }

  private static List<ChannelName> topics(Connection connection, String id) throws SQLException {
    List<ChannelName> topics = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(TOPICS)) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          topics.add(new ChannelName(row.getString(1)));
        }
      }
    }
    return topics;
  }

  private static void dropOldest(Connection connection, TenantId tenant, String user)
      throws SQLException {
    List<String> surplus = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(OF_USER)) {
      select.setString(1, tenant.value());
      select.setString(2, user);
      try (ResultSet row = select.executeQuery()) {
        for (int i = 0; row.next(); i++) {
          if (i >= MAX_DEVICES) {
            surplus.add(row.getString(1));
          }
        }
      }
    }
    for (String id : surplus) {
      delete(connection, id);
    }
  }

  @Override
  public List<PushSubscription> findByUser(TenantId tenant, String user) {
    return database.read(
        connection -> {
          List<PushSubscription> found = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(OF_USER)) {
            select.setString(1, tenant.value());
            select.setString(2, user);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                found.add(
                    new PushSubscription(
                        row.getString(1),
                        tenant,
                        user,
                        address(row, 2),
                        row.getString(6),
                        topics(connection, row.getString(1)),
                        row.getLong(7)));
              }
            }
          }
          return found;
        });
  }

  /** Reads an address from four columns: service, token, public_key and auth_secret. */
  static DeviceAddress address(ResultSet row, int first) throws SQLException {
    return new DeviceAddress(
        service(row.getString(first)),
        row.getString(first + 1),
        row.getString(first + 2),
        row.getString(first + 3));
  }

  static PushService service(String name) {
    return new PushService(name);
  }

  @Override
  public boolean remove(TenantId tenant, String id, @Nullable String user) {
    return database.writeDurably(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(OWNER)) {
            select.setString(1, id);
            select.setString(2, tenant.value());
            try (ResultSet row = select.executeQuery()) {
              if (!row.next() || (user != null && !user.equals(row.getString(1)))) {
                return false;
              }
            }
          }
          delete(connection, id);
          return true;
        });
  }

  /** Deletes a subscription and its topics. */
  static void delete(Connection connection, String id) throws SQLException {
    execute(connection, DROP_TOPICS, id);
    execute(connection, DELETE, id);
  }

  private static void execute(Connection connection, String sql, String id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, id);
      statement.executeUpdate();
    }
  }

  @Override
  public List<Recipient> find(TenantId tenant, Audience audience, int limit) {
    return database.read(
        connection -> {
          Map<String, Recipient> found = new LinkedHashMap<>();
          collect(connection, tenant, "user_id", new TreeSet<>(audience.users()), limit, found);
          collect(connection, tenant, "id", new TreeSet<>(audience.devices()), limit, found);
          for (ChannelName topic : new TreeSet<>(audience.topics())) {
            if (found.size() < limit) {
              try (PreparedStatement select = connection.prepareStatement(FOLLOWERS)) {
                select.setString(1, tenant.value());
                select.setString(2, topic.value());
                select.setInt(3, limit);
                read(select, limit, found);
              }
            }
          }
          return List.copyOf(found.values());
        });
  }

  private void collect(
      Connection connection,
      TenantId tenant,
      String column,
      Collection<String> keys,
      int limit,
      Map<String, Recipient> found)
      throws SQLException {
    List<String> all = List.copyOf(keys);
    int step = database.maxKeysPerStatement();
    for (int from = 0; from < all.size() && found.size() < limit; from += step) {
      List<String> some = all.subList(from, Math.min(all.size(), from + step));
      String sql =
          RECIPIENT
              + "broadcasty_user_push_subs s WHERE s.tenant_id = ? AND s."
              + column
              + " IN "
              + PushDatabase.placeholders(some.size());
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        select.setString(1, tenant.value());
        for (int i = 0; i < some.size(); i++) {
          select.setString(i + 2, some.get(i));
        }
        read(select, limit, found);
      }
    }
  }

  private static void read(PreparedStatement select, int limit, Map<String, Recipient> found)
      throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      while (row.next() && found.size() < limit) {
        found.put(
            row.getString(1),
            new Recipient(row.getString(1), row.getString(2), service(row.getString(3))));
      }
    }
  }

  private static String hash(String token) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK does not provide SHA-256", e);
    }
  }
}
