package io.broadcasty.push.jdbc;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.SendStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** SQL statements on the table {@code broadcasty_push_dispatches}. */
final class DispatchesTable {

  private static final int BATCH = 1000;

  private static final String INSERT =
      "INSERT INTO broadcasty_push_dispatches (send_number, subscription_id, user_id, service,"
          + " state, due_at, expires_at, attempts, changed_at, topic, turn_of)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)";

  // "service" comes first in the order too, or H2 would sort all due rows; the lower bound 0 keeps
  // it from reading finished rows, whose due_at is null
  private static final String DUE_COLUMNS =
      "SELECT number, send_number, subscription_id, user_id, attempts, due_at, topic, turn_of"
          + " FROM broadcasty_push_dispatches";
  static final String DUE =
      DUE_COLUMNS
          + " WHERE service = ? AND due_at BETWEEN 0 AND ?"
          + " ORDER BY service, due_at LIMIT ?";
  static final String DUE_OF =
      DUE_COLUMNS
          + " WHERE service = ? AND turn_of = ? AND due_at BETWEEN 0 AND ?"
          + " ORDER BY service, turn_of, due_at LIMIT ?";
  private static final String CLAIM =
      "UPDATE broadcasty_push_dispatches SET state = ?, due_at = ?, owner = ?, attempts = ?,"
          + " changed_at = ? WHERE number = ? AND due_at = ?";
  private static final String ACKNOWLEDGE =
      "UPDATE broadcasty_push_dispatches SET state = ?, due_at = ?, owner = NULL, reason = ?,"
          + " service_ref = ?, changed_at = ?, attempts = ?, turn_of = ? WHERE number = ? AND owner"
          + " = ?";
  private static final String COUNTS =
      "SELECT state, COUNT(*) FROM broadcasty_push_dispatches WHERE send_number = ? GROUP BY state";
  static final String UNFINISHED =
      "SELECT COUNT(*) FROM (SELECT due_at FROM broadcasty_push_dispatches"
          + " WHERE service = ? AND due_at >= 0 LIMIT ?) some_of_them";
  static final String UNFINISHED_OF =
      "SELECT COUNT(*) FROM (SELECT due_at FROM broadcasty_push_dispatches"
          + " WHERE service = ? AND turn_of = ? AND due_at >= 0 LIMIT ?) some_of_them";
  private static final String PAGE =
      "SELECT number, subscription_id, user_id, service, state, attempts, reason, due_at,"
          + " service_ref, changed_at FROM broadcasty_push_dispatches"
          + " WHERE send_number = ? AND number > ? ORDER BY number LIMIT ?";
  static final String NEXT_SERVICE =
      "SELECT MIN(service) FROM broadcasty_push_dispatches WHERE service > ?";
  static final String EXPIRE =
      "UPDATE broadcasty_push_dispatches SET state = ?, due_at = NULL, owner = NULL, reason = ?,"
          + " changed_at = ?, turn_of = NULL WHERE service = ? AND due_at BETWEEN 0 AND ? AND"
          + " expires_at <= ?";
  private static final String LAST_OF_BATCH =
      "SELECT MAX(number) FROM (SELECT number FROM broadcasty_push_dispatches"
          + " WHERE send_number = ? ORDER BY number LIMIT ?) some_of_them";
  private static final String DELETE =
      "DELETE FROM broadcasty_push_dispatches WHERE send_number = ? AND number <= ?";

  private DispatchesTable() {}

  /**
   * A due dispatch.
   *
   * @param attempts how often it was tried
   * @param topic the topic by which it addresses its device; null for none
   * @param turnOf its tenant; empty in a row of an earlier version
   */
  record Due(
      long number,
      long sendNumber,
      String subscriptionId,
      String user,
      int attempts,
      long dueAtMillis,
      @Nullable String topic,
      String turnOf) {}

  /** Inserts a dispatch for each recipient, due at once. */
  static void insert(
      Connection connection,
      TenantId tenant,
      long sendNumber,
      Collection<Recipient> recipients,
      long nowMillis,
      long expiresAtMillis)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      int waiting = 0;
      for (Recipient recipient : recipients) {
        insert.setLong(1, sendNumber);
        insert.setString(2, recipient.subscriptionId());
        insert.setString(3, recipient.user());
        insert.setString(4, recipient.service().name());
        insert.setInt(5, DispatchState.QUEUED.code());
        insert.setLong(6, nowMillis);
        insert.setLong(7, expiresAtMillis);
        insert.setLong(8, nowMillis);
        insert.setString(9, recipient.topic() == null ? null : recipient.topic().value());
        insert.setString(10, tenant.value());
        insert.addBatch();
        if (++waiting == BATCH) {
          insert.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        insert.executeBatch();
      }
    }
  }

  /**
   * Reads the due dispatches, those that have been due longest first.
   *
   * @param locking whether to lock the rows, skipping those that are locked already
   */
  static List<Due> findDue(
      Connection connection, PushService service, long nowMillis, int max, boolean locking)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(skippingLocked(DUE, locking))) {
      select.setString(1, service.name());
      select.setLong(2, nowMillis);
      select.setInt(3, max);
      return due(select);
    }
  }

  /** Reads the due dispatches of one tenant, as {@link #findDue} does. */
  static List<Due> findDueOf(
      Connection connection,
      PushService service,
      String turnOf,
      long nowMillis,
      int max,
      boolean locking)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(skippingLocked(DUE_OF, locking))) {
      select.setString(1, service.name());
      select.setString(2, turnOf);
      select.setLong(3, nowMillis);
      select.setInt(4, max);
      return due(select);
    }
  }

  private static String skippingLocked(String select, boolean locking) {
    return locking ? select + " FOR UPDATE SKIP LOCKED" : select;
  }

  private static List<Due> due(PreparedStatement select) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        due.add(
            new Due(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getInt(5),
                row.getLong(6),
                row.getString(7),
                Objects.requireNonNullElse(row.getString(8), "")));
      }
    }
    return due;
  }

  /**
   * Claims due dispatches for the owner, and returns those that no other node has claimed first.
   */
  static List<Due> claim(
      Connection connection, List<Due> due, String owner, long nowMillis, long leaseEndsMillis)
      throws SQLException {
    if (due.isEmpty()) {
      return due;
    }
    try (PreparedStatement update = connection.prepareStatement(CLAIM)) {
      for (Due each : due) {
        update.setInt(1, DispatchState.SENDING.code());
        update.setLong(2, leaseEndsMillis);
        update.setString(3, owner);
        update.setInt(4, each.attempts() + 1);
        update.setLong(5, nowMillis);
        update.setLong(6, each.number());
        update.setLong(7, each.dueAtMillis());
        update.addBatch();
      }
      int[] changed = update.executeBatch();
      List<Due> claimed = new ArrayList<>(due.size());
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] != 0) {
          claimed.add(due.get(i));
        }
      }
      return claimed;
    }
  }

  /** Writes the results of the dispatches that the owner still holds. */
  static void acknowledge(
      Connection connection, String owner, List<AcknowledgedDispatch> results, long nowMillis)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(ACKNOWLEDGE)) {
      for (AcknowledgedDispatch each : results) {
        DeliveryResult result = each.result();
        update.setInt(1, result.state().code());
        int attempts = each.claimed().attempts();
        @Nullable String turnOf = each.claimed().tenant().value();
        if (result instanceof DeliveryResult.Retry again) {
          update.setLong(2, again.dueAtMillis());
        } else if (result instanceof DeliveryResult.Deferred deferred) {
          update.setLong(2, deferred.dueAtMillis());
          attempts = deferred.attempts();
        } else {
          update.setNull(2, Types.BIGINT);
          turnOf = null;
        }
        update.setString(3, result.reason());
        update.setString(
            4, result instanceof DeliveryResult.Accepted accepted ? accepted.serviceId() : null);
        update.setLong(5, nowMillis);
        update.setInt(6, attempts);
        update.setString(7, turnOf);
        update.setLong(8, each.claimed().number());
        update.setString(9, owner);
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  static Map<DispatchState, Integer> counts(Connection connection, long sendNumber)
      throws SQLException {
    Map<DispatchState, Integer> counts = new EnumMap<>(DispatchState.class);
    try (PreparedStatement select = connection.prepareStatement(COUNTS)) {
      select.setLong(1, sendNumber);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          counts.put(DispatchState.fromCode(row.getInt(1)), row.getInt(2));
        }
      }
    }
    return counts;
  }

  /** Counts unfinished dispatches, up to a limit. */
  static int countUnfinished(Connection connection, PushService service, int most)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(UNFINISHED)) {
      select.setString(1, service.name());
      select.setInt(2, most);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Counts the unfinished dispatches of a tenant, up to a limit. */
  static int countUnfinishedOf(
      Connection connection, PushService service, TenantId tenant, int most) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(UNFINISHED_OF)) {
      select.setString(1, service.name());
      select.setString(2, tenant.value());
      select.setInt(3, most);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /**
   * A page of devices.
   *
   * @param last the number of the last device; 0 when the page is empty
   */
  record Page(List<SendStatus.Device> devices, long last) {}

  static Page page(Connection connection, long sendNumber, long after, int limit)
      throws SQLException {
    List<SendStatus.Device> devices = new ArrayList<>();
    long last = 0;
    try (PreparedStatement select = connection.prepareStatement(PAGE)) {
      select.setLong(1, sendNumber);
      select.setLong(2, after);
      select.setInt(3, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          last = row.getLong(1);
          DispatchState state = DispatchState.fromCode(row.getInt(5));
          long due = row.getLong(8);
          devices.add(
              new SendStatus.Device(
                  new Recipient(
                      row.getString(2),
                      row.getString(3),
                      JdbcPushSubscriptionStore.service(row.getString(4))),
                  state,
                  row.getInt(6),
                  row.getString(7),
                  next(state, due),
                  row.getString(9),
                  row.getLong(10)));
        }
      }
    }
    return new Page(devices, last);
  }

  private static @Nullable Long next(DispatchState state, long dueMillis) {
    return state == DispatchState.QUEUED || state == DispatchState.RETRYING ? dueMillis : null;
  }

  /**
   * Returns the services that have dispatches, finished or not, in order of name. Each step reads
   * only the beginning of an index range, so the cost does not depend on the number of dispatches.
   */
  static List<PushService> services(Connection connection) throws SQLException {
    List<PushService> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(NEXT_SERVICE)) {
      String after = "";
      while (after != null) {
        select.setString(1, after);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          after = row.getString(1);
        }
        if (after != null) {
          found.add(new PushService(after));
        }
      }
    }
    return found;
  }

  /** Expires the dispatches that are due and past their time. */
  static void expire(Connection connection, PushService service, long nowMillis)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(EXPIRE)) {
      update.setInt(1, DispatchState.EXPIRED.code());
      update.setString(2, "its time to live ended before a node tried it");
      update.setLong(3, nowMillis);
      update.setString(4, service.name());
      update.setLong(5, nowMillis);
      update.setLong(6, nowMillis);
      update.executeUpdate();
    }
  }

  /** Deletes a batch of a send's dispatches, and returns whether there were any. */
  static boolean deleteBatch(Connection connection, long sendNumber) throws SQLException {
    long last;
    try (PreparedStatement select = connection.prepareStatement(LAST_OF_BATCH)) {
      select.setLong(1, sendNumber);
      select.setInt(2, BATCH);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        last = row.getLong(1);
        if (row.wasNull()) {
          return false;
        }
      }
    }
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setLong(1, sendNumber);
      delete.setLong(2, last);
      delete.executeUpdate();
    }
    return true;
  }
}
