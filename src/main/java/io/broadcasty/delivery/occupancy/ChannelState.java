package io.broadcasty.delivery.occupancy;

import io.broadcasty.delivery.occupancy.OccupancyChange.Kind;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of one channel in a store, and how a change affects it: the straightforward equivalent
 * of {@code change.lua} in {@code occupancy.redis}. Not thread-safe.
 */
public final class ChannelState {

  /** A node that dies while it notifies of a vacated channel delays the others for this long. */
  public static final long MAX_NOTIFICATION_MILLIS = 15_000;

  /** A node's latest report, and when it was made. */
  public record Report(boolean occupied, long number, long reportedMillis) {}

  /**
   * The latest notification, completed or in progress.
   *
   * @param by the node that notified; empty when none is known
   * @param sinceMillis when the notification in progress that the channel is vacated began;
   *     otherwise 0
   */
  public record LastNotification(boolean occupied, String by, long number, long sinceMillis) {

    private boolean isBy(String node, long itsNumber) {
      return by.equals(node) && number == itsNumber;
    }
  }

  /** No notification yet, or one that the channel is vacated. */
  public static final LastNotification VACANT = new LastNotification(false, "", 0, 0);

  private static final LastNotification LOST = new LastNotification(true, "", 0, 0);

  private final Map<String, Report> claims;
  private LastNotification told;

  /** Creates the state of an unknown channel. */
  public ChannelState() {
    this(Map.of(), VACANT);
  }

  /** Restores a stored state. */
  public ChannelState(Map<String, Report> claims, LastNotification told) {
    this.claims = new TreeMap<>(claims);
    this.told = told;
  }

  /** Returns the nodes' latest reports, by node. */
  public Map<String, Report> reports() {
    return Map.copyOf(claims);
  }

  public LastNotification lastNotification() {
    return told;
  }

  /** Removes reports of leaving that were made before a time. */
  public void forgetLeft(long beforeMillis) {
    claims.values().removeIf(claim -> !claim.occupied() && claim.reportedMillis() < beforeMillis);
  }

  /** Returns whether a node has subscribers of the channel. */
  public boolean isOccupied() {
    return claims.values().stream().anyMatch(Report::occupied);
  }

  /**
   * Applies a change.
   *
   * @param by the node that reports it
   * @param goneMillis for how long the node that it concerns has been considered dead; otherwise 0
   */
  public OccupancyAnswer apply(OccupancyChange change, String by, long nowMillis, long goneMillis) {
    if (change.kind() == Kind.TOLD_VACATED) {
      if (!told.occupied() && told.isBy(by, change.number())) {
        told = VACANT;
      }
      return OccupancyAnswer.NOTHING;
    }
    Report before = claims.get(change.node());
    boolean own = by.equals(change.node());
    if (own && before != null && change.number() < before.number()) {
      return OccupancyAnswer
          .NOTHING; // the notification was given up, and this confirmation is late
    }
    if (change.kind() != Kind.LEAVE && change.kind() != Kind.LEAVE_AGAIN) {
      claims.put(change.node(), new Report(true, change.number(), nowMillis));
      return occupied(change, by, before, nowMillis);
    }
    if (own) {
      if (before == null && change.kind() == Kind.LEAVE && told.equals(VACANT)) {
        told = LOST; // since it had occupied it
      }
      claims.put(change.node(), new Report(false, change.number(), nowMillis));
    } else if (before != null && before.occupied()) {
      if (nowMillis - before.reportedMillis() < goneMillis) {
        return OccupancyAnswer.RETURNED;
      }
      claims.put(change.node(), new Report(false, before.number(), nowMillis));
    }
    return left(change, by, before, nowMillis);
  }

  private OccupancyAnswer occupied(
      OccupancyChange change, String by, @Nullable Report before, long nowMillis) {
    if (told.occupied()) {
      return told.isBy(by, change.number()) ? OccupancyAnswer.OCCUPIED : OccupancyAnswer.NOTHING;
    }
    if (nowMillis - told.sinceMillis() < MAX_NOTIFICATION_MILLIS) {
      return OccupancyAnswer.WAIT;
    }
    if (change.kind() != Kind.OCCUPY && before == null && told.equals(VACANT)) {
      told = LOST; // and listeners had been notified before it was lost
      return OccupancyAnswer.NOTHING;
    }
    told = new LastNotification(true, by, change.number(), 0);
    return OccupancyAnswer.OCCUPIED;
  }

  private OccupancyAnswer left(
      OccupancyChange change, String by, @Nullable Report before, long nowMillis) {
    if (!told.occupied()) {
      return told.isBy(by, change.number()) ? OccupancyAnswer.VACATED : OccupancyAnswer.NOTHING;
    }
    if (isOccupied()) {
      return OccupancyAnswer.NOTHING;
    }
    if (change.kind() == Kind.LEAVE_AGAIN && (before == null || before.occupied())) {
      told = VACANT; // the report of leaving was lost, and with it that listeners were notified
      return OccupancyAnswer.NOTHING;
    }
    told = new LastNotification(false, by, change.number(), nowMillis);
    return OccupancyAnswer.VACATED;
  }
}
