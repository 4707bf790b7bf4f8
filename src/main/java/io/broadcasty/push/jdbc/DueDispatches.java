package io.broadcasty.push.jdbc;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.jdbc.DispatchesTable.Due;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which due dispatches to claim, fairly among tenants.
 *
 * <p>While few are due, those that have been due longest come first. When more are due than may be
 * claimed, each tenant gets the same share, and what one does not need goes to the others. Where
 * one claim ends, the next begins.
 */
final class DueDispatches {

  /** The most tenants that one claim looks at. */
  static final int MAX_TENANTS = 256;

  /** The first dispatch of the next tenant; reads one entry of the index. */
  static final String NEXT_TURN =
      "SELECT turn_of, due_at FROM broadcasty_push_dispatches WHERE service = ? AND turn_of > ?"
          + " ORDER BY service, turn_of, due_at LIMIT 1";

  /** How many tenants a claim of a few dispatches looks at: others may have locked some. */
  private static final int MIN_TENANTS = 16;

  private final boolean locking;

  /** Which tenant was served last, by service. */
  private final Map<PushService, String> lastTurns = new ConcurrentHashMap<>();

  /**
   * Creates a chooser.
   *
   * @param locking whether to lock the rows, skipping those that are locked already
   */
  DueDispatches(boolean locking) {
    this.locking = locking;
  }

  /** Returns at most {@code max} due dispatches, of no tenant more than it is allowed. */
  List<Due> find(
      Connection connection,
      PushService service,
      long nowMillis,
      int max,
      ToIntFunction<TenantId> allowance)
      throws SQLException {
    List<Due> oldest = DispatchesTable.findDue(connection, service, nowMillis, max, locking);
    if (oldest.size() < max) {
      return allowed(oldest, allowance);
    }
    Choice choice = new Choice(connection, service, nowMillis, max, allowance);
    choice.take();
    return choice.chosen;
  }

  private static List<Due> allowed(List<Due> due, ToIntFunction<TenantId> allowance) {
    Map<String, Integer> left = new HashMap<>();
    List<Due> allowed = new ArrayList<>(due.size());
    for (Due each : due) {
      int places = left.computeIfAbsent(each.turnOf(), turn -> allowance(turn, allowance));
      if (places > 0) {
        allowed.add(each);
        left.put(each.turnOf(), places - 1);
      }
    }
    return allowed;
  }

  /** Rows of an earlier version do not name their tenant, and are few for long. */
  private static int allowance(String turn, ToIntFunction<TenantId> allowance) {
    return turn.isEmpty() ? Integer.MAX_VALUE : allowance.applyAsInt(new TenantId(turn));
  }

  /** One claim. */
  private final class Choice {

    private final Connection connection;
    private final PushService service;
    private final long nowMillis;
    private final int max;
    private final ToIntFunction<TenantId> allowance;
    private final List<Due> chosen = new ArrayList<>();
    private final Set<Long> numbers = new HashSet<>();

    Choice(
        Connection connection,
        PushService service,
        long nowMillis,
        int max,
        ToIntFunction<TenantId> allowance) {
      this.connection = connection;
      this.service = service;
      this.nowMillis = nowMillis;
      this.max = max;
      this.allowance = allowance;
    }

    void take() throws SQLException {
      List<Turn> turns = turns();
      int share = Math.max(1, max / Math.max(1, turns.size()));
      List<Turn> wantMore = new ArrayList<>();
      for (Turn each : turns) {
        int before = chosen.size();
        if (take(each, share)) {
          wantMore.add(each);
        }
        if (chosen.size() > before) {
          lastTurns.put(service, each.tenant());
        }
      }
      for (Turn each : wantMore) {
        take(each, Integer.MAX_VALUE);
      }
    }

    /**
     * Takes up to as many of a tenant's dispatches in all, and returns whether there may be more.
     */
    private boolean take(Turn turn, int most) throws SQLException {
      int free = max - chosen.size();
      if (free < 1) {
        return false;
      }
      int limit = Math.min(turn.allowance(), most == Integer.MAX_VALUE ? max : most);
      int found = 0;
      for (Due each :
          DispatchesTable.findDueOf(
              connection, service, turn.tenant(), nowMillis, limit, locking)) {
        found++;
        if (chosen.size() < max && numbers.add(each.number())) {
          chosen.add(each);
        }
      }
      return found == limit && limit < turn.allowance();
    }

    /** Returns the tenants that may have something due, the one after the last one first. */
    private List<Turn> turns() throws SQLException {
      List<Turn> turns = new ArrayList<>();
      String last = lastTurns.get(service);
      boolean begun = last == null;
      String after = last;
      Set<String> seen = new HashSet<>();
      int enough = Math.max(max, MIN_TENANTS);
      try (PreparedStatement select = connection.prepareStatement(NEXT_TURN)) {
        for (int looked = 0; looked < MAX_TENANTS && turns.size() < enough; looked++) {
          Turn next = after == null ? unnamed() : next(select, after);
          if (next == null) {
            if (begun) {
              break;
            }
            begun = true; // from the first one up to where the search began
            after = null;
            continue;
          }
          if (!seen.add(next.tenant())) {
            break;
          }
          after = next.tenant();
          if (next.allowance() > 0) {
            turns.add(next);
          }
        }
      }
      return turns;
    }

    /** Returns the turn of rows of an earlier version, which comes first. */
    private Turn unnamed() throws SQLException {
      boolean any =
          !DispatchesTable.findDueOf(connection, service, "", nowMillis, 1, false).isEmpty();
      return new Turn("", any ? max : 0);
    }

    private @Nullable Turn next(PreparedStatement select, String after) throws SQLException {
      select.setString(1, service.name());
      select.setString(2, after);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        String tenant = row.getString(1);
        long due = row.getLong(2);
        boolean later = !row.wasNull() && due > nowMillis;
        return new Turn(tenant, later ? 0 : allowance(tenant, allowance));
      }
    }
  }

  /**
   * A tenant's turn.
   *
   * @param tenant empty for rows of an earlier version
   * @param allowance how many of its dispatches may be claimed
   */
  private record Turn(String tenant, int allowance) {}
}
