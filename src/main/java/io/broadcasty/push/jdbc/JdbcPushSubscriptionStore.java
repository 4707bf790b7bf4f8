package io.broadcasty.push.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.device.Audience;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.RegisteredDevice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
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
  private static final String CONFIRM =
      "UPDATE broadcasty_user_push_subs SET roles_of = ?, roles = ?, roles_at = ? WHERE id = ?";
  private static final String FORGET_ROLES =
      "UPDATE broadcasty_user_push_subs SET roles_of = NULL, roles = NULL, roles_at = NULL"
          + " WHERE user_id = ? AND roles_of IS NOT NULL";
  private static final String OF_USER =
      "SELECT id, service, token, public_key, auth_secret, device, confirmed_at"
          + " FROM broadcasty_user_push_subs WHERE tenant_id = ? AND user_id = ?"
          + " ORDER BY confirmed_at DESC, id";
  private static final String OWNER =
      "SELECT user_id FROM broadcasty_user_push_subs WHERE id = ? AND tenant_id = ? FOR UPDATE";
  private static final String DELETE = "DELETE FROM broadcasty_user_push_subs WHERE id = ?";
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
  public RegisteredDevice save(
      TenantId tenant, DeviceRegistration registration, Predicate<ChannelName> mayFollow) {
    return database.writeDurably(
        connection -> {
          Known known = known(connection, tenant, registration.address());
          String id = known == null ? UUID.randomUUID().toString() : known.id();
          writeDevice(connection, tenant, registration, id, known == null);
          boolean own = known != null && known.user().equals(registration.user());
          List<ChannelName> dropped =
              writeTopics(connection, tenant, registration, id, own, mayFollow);
          dropOldest(connection, tenant, registration.user());
          return new RegisteredDevice(
              new PushSubscription(
                  id,
                  tenant,
                  registration.user(),
                  registration.address(),
                  registration.device(),
                  TopicsTable.ofDevice(connection, id),
                  registration.confirmation().atMillis()),
              dropped);
        });
  }

  private static void writeDevice(
      Connection connection, TenantId tenant, DeviceRegistration device, String id, boolean isNew)
      throws SQLException {
    DeviceAddress address = device.address();
    long now = device.confirmation().atMillis();
    try (PreparedStatement save = connection.prepareStatement(isNew ? INSERT : UPDATE)) {
      save.setString(1, device.user());
      save.setString(2, address.publicKey());
      save.setString(3, address.authSecret());
      save.setString(4, device.device());
      save.setLong(5, now);
      save.setString(6, id);
      if (isNew) {
        save.setString(7, tenant.value());
        save.setString(8, address.service().name());
        save.setString(9, Hashes.sha256Hex(address.token()));
        save.setString(10, address.token());
        save.setLong(11, now);
      }
      save.executeUpdate();
    }
  }

  /**
   * Writes the topics and the confirmation of a device.
   *
   * @param own whether it belonged to the same user before
   * @return the topics that it lost because it may not follow them
   */
  private static List<ChannelName> writeTopics(
      Connection connection,
      TenantId tenant,
      DeviceRegistration device,
      String id,
      boolean own,
      Predicate<ChannelName> mayFollow)
      throws SQLException {
    boolean byUser = device.confirmation().subject().equals(device.user());
    if (device.topics() == null && own && !byUser) {
      return List.of();
    }
    confirm(connection, id, device.confirmation());
    if (device.topics() == null && own) {
      return TopicsTable.dropUnless(connection, tenant, id, mayFollow);
    }
    TopicsTable.replace(
        connection, tenant, id, device.topics() == null ? List.of() : device.topics());
    return List.of();
  }

  private static void confirm(Connection connection, String id, Confirmation confirmation)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(CONFIRM)) {
      ConfirmationColumns.bind(update, 1, confirmation);
      update.setString(4, id);
      update.executeUpdate();
    }
  }

  @Override
  public List<ChannelName> restrict(
      TenantId tenant,
      DeviceAddress address,
      Confirmation confirmation,
      Predicate<ChannelName> mayFollow) {
    return database.writeDurably(
        connection -> {
          Known known = known(connection, tenant, address);
          if (known == null || !known.user().equals(confirmation.subject())) {
            return List.of();
          }
          confirm(connection, known.id(), confirmation);
          return TopicsTable.dropUnless(connection, tenant, known.id(), mayFollow);
        });
  }

  @Override
  public int forgetRoles(@Nullable TenantId tenant, String user) {
    return database.writeDurably(
        connection -> {
          String sql = tenant == null ? FORGET_ROLES : FORGET_ROLES + " AND tenant_id = ?";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, user);
            if (tenant != null) {
              update.setString(2, tenant.value());
            }
            return update.executeUpdate();
          }
        });
  }

  private record Known(String id, String user) {}

  private static @Nullable Known known(
      Connection connection, TenantId tenant, DeviceAddress address) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BY_TOKEN)) {
      select.setString(1, tenant.value());
      select.setString(2, address.service().name());
      select.setString(3, Hashes.sha256Hex(address.token()));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Known(row.getString(1), row.getString(2)) : null;
      }
    }
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
                        TopicsTable.ofDevice(connection, row.getString(1)),
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
    TopicsTable.dropAll(connection, id);
    try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
      statement.setString(1, id);
      statement.executeUpdate();
    }
  }

  @Override
  public List<Recipient> find(
      TenantId tenant, Audience audience, FollowerPolicy followers, int limit) {
    return database.read(
        connection ->
            new AudienceQuery(connection, tenant, followers, limit, database.maxKeysPerStatement())
                .find(audience));
  }
}
