package io.broadcasty.push.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.infra.database.AuditRow;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.jdbc.DispatchesTable.Due;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import io.broadcasty.push.queue.EnqueueOutcome;
import io.broadcasty.push.queue.FailedDispatches;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.queue.SendStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stores the push queue in a relational database, with a row for each send and one for each of its
 * devices, written together.
 *
 * <p>Claims and results are written in groups. On PostgreSQL, MariaDB and MySQL, nodes skip the
 * rows that others are claiming. H2 would lock every due row, so there a claim changes a row only
 * if it is unchanged since it was read: of two nodes, one gets it.
 */
@ThreadSafe
public final class JdbcPushQueue implements PushQueue {

  private static final int CLEAN_UP_BATCH = 100;

  /** How many sends and dispatches a page of failed dispatches looks at. */
  private static final int SENDS_OF_PAGE = 200;

  private static final int ROWS_OF_PAGE = 2000;

  private final PushDatabase database;
  private final WallClock clock;
  private final DueDispatches dueDispatches;

  /**
   * Creates a queue.
   *
   * @param database stays open when the queue is closed
   */
  public JdbcPushQueue(Database database, WallClock clock) {
    this.database = new PushDatabase(database);
    this.clock = clock;
    this.dueDispatches = new DueDispatches(!this.database.isH2());
  }

  @Override
  public EnqueueOutcome enqueue(Send send, Collection<Recipient> recipients, long quotaPerDay) {
    return database.writeDurably(connection -> enqueue(connection, send, recipients, quotaPerDay));
  }

  /**
   * Adds a send; when another transaction inserts the same id concurrently, this one fails and is
   * run again.
   */
  private static EnqueueOutcome enqueue(
      Connection connection, Send send, Collection<Recipient> recipients, long quotaPerDay)
      throws SQLException {
    Optional<SendsTable.Row> known = SendsTable.find(connection, send.tenant(), send.id());
    if (known.isPresent()) {
      return new EnqueueOutcome.Queued(known.get().devices(), true);
    }
    if (quotaPerDay > 0) {
      long used = UsageTable.usedToday(connection, send.tenant(), send.createdAtMillis());
      if (used + recipients.size() > quotaPerDay) {
        return new EnqueueOutcome.OverQuota(used);
      }
      UsageTable.add(connection, send.tenant(), send.createdAtMillis(), recipients.size());
    }
    long number = SendsTable.insert(connection, send, recipients.size());
    DispatchesTable.insert(
        connection,
        send.tenant(),
        number,
        recipients,
        send.createdAtMillis(),
        send.expiresAtMillis());
    return new EnqueueOutcome.Queued(recipients.size(), false);
  }

  @Override
  public long usedToday(TenantId tenant) {
    return database.read(connection -> UsageTable.usedOn(connection, tenant, clock.nowMillis()));
  }

  @Override
  public EnqueueOutcome.@Nullable Queued find(TenantId tenant, String id) {
    return database
        .read(connection -> SendsTable.find(connection, tenant, id))
        .map(row -> new EnqueueOutcome.Queued(row.devices(), true))
        .orElse(null);
  }

  @Override
  public List<ClaimedDispatch> claim(
      PushService service,
      String owner,
      int max,
      Duration lease,
      ToIntFunction<TenantId> allowance) {
    long now = clock.nowMillis();
    List<Due> due =
        database.write(
            connection ->
                DispatchesTable.claim(
                    connection,
                    dueDispatches.find(connection, service, now, max, allowance),
                    owner,
                    now,
                    now + lease.toMillis()));
    return due.isEmpty() ? List.of() : database.read(connection -> claimed(connection, due));
  }

  private List<ClaimedDispatch> claimed(Connection connection, List<Due> due) throws SQLException {
    ClaimedDevices devices = ClaimedDevices.read(connection, due, database.maxKeysPerStatement());
    Map<Long, Send> sends = new HashMap<>();
    List<ClaimedDispatch> claimed = new ArrayList<>(due.size());
    for (Due each : due) {
      Send send = sends.get(each.sendNumber());
      if (send == null) {
        send = SendsTable.read(connection, each.sendNumber());
        sends.put(each.sendNumber(), send);
      }
      claimed.add(
          new ClaimedDispatch(
              each.number(),
              dispatchId(each, send),
              send.tenant(),
              each.subscriptionId(),
              devices.address(each),
              send.notification(),
              send.createdAtMillis() + send.notification().ttl().toMillis(),
              send.expiresAtMillis(),
              each.attempts() + 1,
              devices.topic(each)));
    }
    return claimed;
  }

  /**
   * Derives the id from values of the row that never change, so that it is the same at each
   * attempt.
   */
  private static UUID dispatchId(Due due, Send send) {
    String name = send.createdAtMillis() + " " + due.sendNumber() + " " + due.subscriptionId();
    return UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
  }

  @Override
  public void acknowledge(String owner, List<AcknowledgedDispatch> results) {
    long now = clock.nowMillis();
    database.write(
        connection -> {
          DispatchesTable.acknowledge(connection, owner, results, now);
          List<AuditRow> audited = new ArrayList<>();
          for (AcknowledgedDispatch each : results) {
            if (each.result() instanceof DeliveryResult.Unregistered unregistered) {
              AuditRow row =
                  UnregisteredDevices.remove(connection, each.claimed(), unregistered, now);
              if (row != null) {
                audited.add(row);
              }
            }
          }
          AuditLogTable.append(connection, audited);
          return results;
        });
  }

  @Override
  public @Nullable SendStatus status(TenantId tenant, String id, long after, int limit) {
    return database
        .read(
            connection -> {
              Optional<SendsTable.Row> send = SendsTable.find(connection, tenant, id);
              return send.isEmpty()
                  ? Optional.<SendStatus>empty()
                  : Optional.of(status(connection, id, send.get(), after, limit));
            })
        .orElse(null);
  }

  private static SendStatus status(
      Connection connection, String id, SendsTable.Row send, long after, int limit)
      throws SQLException {
    DispatchesTable.Page page = DispatchesTable.page(connection, send.number(), after, limit);
    return new SendStatus(
        id,
        send.createdAtMillis(),
        send.expiresAtMillis(),
        send.devices(),
        DispatchesTable.counts(connection, send.number()),
        page.devices(),
        page.devices().size() == limit ? page.last() : 0);
  }

  @Override
  public Map<PushService, Integer> backlog(Collection<PushService> services, int most) {
    return database.read(
        connection -> {
          Map<PushService, Integer> counts = new LinkedHashMap<>();
          for (PushService service : services) {
            counts.put(service, DispatchesTable.countUnfinished(connection, service, most));
          }
          return counts;
        });
  }

  @Override
  public Map<PushService, Integer> backlogOf(
      TenantId tenant, Collection<PushService> services, int most) {
    return database.read(
        connection -> {
          Map<PushService, Integer> counts = new LinkedHashMap<>();
          for (PushService service : services) {
            counts.put(
                service, DispatchesTable.countUnfinishedOf(connection, service, tenant, most));
          }
          return counts;
        });
  }

  @Override
  public FailedDispatches failed(
      TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit) {
    return database.read(connection -> failed(connection, tenant, after, limit));
  }

  private static FailedDispatches failed(
      Connection connection, TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit)
      throws SQLException {
    List<FailedDispatches.Failed> found = new ArrayList<>();
    List<SendsTable.Id> sends =
        SendsTable.from(connection, tenant, after == null ? "" : after.sendId(), SENDS_OF_PAGE);
    int rows = 0;
    for (SendsTable.Id send : sends) {
      long number = after != null && send.id().equals(after.sendId()) ? after.number() : 0;
      boolean more = true;
      while (more) {
        int wanted = limit - found.size();
        DispatchesTable.Page page = DispatchesTable.page(connection, send.number(), number, wanted);
        for (SendStatus.Device device : page.devices()) {
          if (device.state().isFailed()) {
            found.add(new FailedDispatches.Failed(send.id(), device));
          }
        }
        number = Math.max(number, page.last());
        rows += page.devices().size();
        if (found.size() == limit || rows >= ROWS_OF_PAGE) {
          return new FailedDispatches(found, new FailedDispatches.Cursor(send.id(), number));
        }
        more = page.devices().size() == wanted;
      }
    }
    return new FailedDispatches(
        found,
        sends.size() < SENDS_OF_PAGE
            ? null
            : new FailedDispatches.Cursor(sends.get(sends.size() - 1).id(), Long.MAX_VALUE));
  }

  @Override
  public void cleanUp(long forgetBeforeMillis) {
    long now = clock.nowMillis();
    for (PushService service : database.read(DispatchesTable::services)) {
      database.write(
          connection -> {
            DispatchesTable.expire(connection, service, now);
            return service;
          });
    }
    List<Long> finished;
    do {
      finished = database.read(c -> SendsTable.finished(c, forgetBeforeMillis, CLEAN_UP_BATCH));
      finished.forEach(this::deleteSend);
    } while (finished.size() == CLEAN_UP_BATCH);
    database.write(
        connection -> {
          UsageTable.prune(connection, now);
          return now;
        });
  }

  private void deleteSend(long number) {
    boolean more = true;
    while (more) {
      more = database.write(connection -> DispatchesTable.deleteBatch(connection, number));
    }
    database.write(
        connection -> {
          SendsTable.delete(connection, number);
          return number;
        });
  }
}
