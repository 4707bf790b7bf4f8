package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one tenant by the time of their last append. Appending does not change the order: a
 * log whose place is out of date gets its new place when its turn comes.
 */
@ThreadSafe
final class IdleOrder {

  private record Place(long atMillis, long number) implements Comparable<Place> {

    @Override
    public int compareTo(Place other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final Object giveWayLock = new Object();

  @GuardedBy("this")
  private final TreeMap<Place, PartitionLog> logs = new TreeMap<>();

  @GuardedBy("this")
  private final IdentityHashMap<PartitionLog, Place> places = new IdentityHashMap<>();

  @GuardedBy("this")
  private long last;

  /** Returns the monitor of the one thread that makes these logs give way. */
  Object giveWayLock() {
    return giveWayLock;
  }

  /** Adds a log unless it has been evicted. */
  synchronized void add(PartitionLog log) {
    if (!log.isEvicted()) {
      put(log);
    }
  }

  /** Removes a log; called after it has been evicted. */
  synchronized void remove(PartitionLog log) {
    Place place = places.remove(log);
    if (place != null) {
      logs.remove(place);
    }
  }

  /** Removes and returns the log whose last append is longest ago; null when there is none. */
  synchronized @Nullable PartitionLog takeOldest() {
    while (true) {
      Map.Entry<Place, PartitionLog> oldest = logs.firstEntry();
      if (oldest == null) {
        return null;
      }
      PartitionLog log = oldest.getValue();
      remove(log);
      if (log.lastAppendMillis() == oldest.getKey().atMillis()) {
        return log;
      }
      put(log);
    }
  }

  @GuardedBy("this")
  private void put(PartitionLog log) {
    Place place = new Place(log.lastAppendMillis(), ++last);
    logs.put(place, log);
    places.put(log, place);
  }
}
