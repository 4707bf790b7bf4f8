package io.broadcasty.occupancy;

import io.broadcasty.occupancy.OccupancyChange.Kind;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of one channel, and what follows from a change of it: the naive twin of {@code
 * change.lua} of {@code occupancy.redis}. Not safe for use by several threads.
 */
public final class ChannelState {

  /** A node that dies while it tells of a channel's end holds the others up for as long. */
  public static final long TELLS_AT_MOST_MILLIS = 15_000;

  /** What a node said last, and when. */
  public record Claim(boolean occupied, long number, long saidMillis) {}

  /**
   * What was told last, or is being told.
   *
   * @param by the node that told it; empty where none is known
   * @param sinceMillis of the channel's end that is being told; else 0
   */
  public record Told(boolean occupied, String by, long number, long sinceMillis) {

    private boolean isBy(String node, long itsNumber) {
      return by.equals(node) && number == itsNumber;
    }
  }

  /** Nothing, or the end. */
  public static final Told VACANT = new Told(false, "", 0, 0);

  private static final Told LOST = new Told(true, "", 0, 0);

  private final Map<String, Claim> claims;
  private Told told;

  /** Of a channel that nothing is known of. */
  public ChannelState() {
    this(Map.of(), VACANT);
  }

  /** As it was kept. */
  public ChannelState(Map<String, Claim> claims, Told told) {
    this.claims = new TreeMap<>(claims);
    this.told = told;
  }

  /** By node. */
  public Map<String, Claim> claims() {
    return Map.copyOf(claims);
  }

  public Told told() {
    return told;
  }

  /** Forgets which nodes have left it before. */
  public void forgetLeft(long beforeMillis) {
    claims.values().removeIf(claim -> !claim.occupied() && claim.saidMillis() < beforeMillis);
  }

  /** Whether a node has subscribers of it. */
  public boolean isOccupied() {
    return claims.values().stream().anyMatch(Claim::occupied);
  }

  /**
   * Makes a change.
   *
   * @param by the node that says it
   * @param goneMillis for how long the node that it is about has been taken for dead; else 0
   */
  public OccupancyAnswer apply(OccupancyChange change, String by, long nowMillis, long goneMillis) {
    if (change.kind() == Kind.TOLD_VACATED) {
      if (!told.occupied() && told.isBy(by, change.number())) {
        told = VACANT;
      }
      return OccupancyAnswer.NOTHING;
    }
    Claim before = claims.get(change.node());
    boolean own = by.equals(change.node());
    if (own && before != null && change.number() < before.number()) {
      return OccupancyAnswer.NOTHING; // it was given up, and comes too late
    }
    if (change.kind() != Kind.LEAVE && change.kind() != Kind.LEAVE_AGAIN) {
      claims.put(change.node(), new Claim(true, change.number(), nowMillis));
      return occupied(change, by, before, nowMillis);
    }
    if (own) {
      if (before == null && change.kind() == Kind.LEAVE && told.equals(VACANT)) {
        told = LOST; // since it had occupied it
      }
      claims.put(change.node(), new Claim(false, change.number(), nowMillis));
    } else if (before != null && before.occupied()) {
      if (nowMillis - before.saidMillis() < goneMillis) {
        return OccupancyAnswer.RETURNED;
      }
      claims.put(change.node(), new Claim(false, before.number(), nowMillis));
    }
    return left(change, by, before, nowMillis);
  }

  private OccupancyAnswer occupied(
      OccupancyChange change, String by, @Nullable Claim before, long nowMillis) {
    if (told.occupied()) {
      return told.isBy(by, change.number()) ? OccupancyAnswer.OCCUPIED : OccupancyAnswer.NOTHING;
    }
    if (nowMillis - told.sinceMillis() < TELLS_AT_MOST_MILLIS) {
      return OccupancyAnswer.WAIT;
    }
    if (change.kind() != Kind.OCCUPY && before == null && told.equals(VACANT)) {
      told = LOST; // and had been told before it was
      return OccupancyAnswer.NOTHING;
    }
    told = new Told(true, by, change.number(), 0);
    return OccupancyAnswer.OCCUPIED;
  }

  private OccupancyAnswer left(
      OccupancyChange change, String by, @Nullable Claim before, long nowMillis) {
    if (!told.occupied()) {
      return told.isBy(by, change.number()) ? OccupancyAnswer.VACATED : OccupancyAnswer.NOTHING;
    }
    if (isOccupied()) {
      return OccupancyAnswer.NOTHING;
    }
    if (change.kind() == Kind.LEAVE_AGAIN && (before == null || before.occupied())) {
      told = VACANT; // that it had left was lost, and with it that this was told
      return OccupancyAnswer.NOTHING;
    }
    told = new Told(false, by, change.number(), nowMillis);
    return OccupancyAnswer.VACATED;
  }
}
