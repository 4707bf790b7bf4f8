package io.broadcasty.admin;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Which parts of a {@link RefreshedSnapshot} were announced to have changed and have not been read
 * since.
 *
 * @param <K> names what changes
 */
@ThreadSafe
public final class UnreadChanges<K> {

  /** The time that reading a change may take before what was known ends. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Ticker ticker;
  private final ConcurrentHashMap<K, Mark> marks = new ConcurrentHashMap<>();

  /** A change that is to be read; each announcement makes another one. */
  private static final class Mark {
    private final long deadlineNanos;

    Mark(long deadlineNanos) {
      this.deadlineNanos = deadlineNanos;
    }
  }

  public UnreadChanges(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Notes that something has changed, and is to be read soon. */
  public void add(K key) {
    long now = ticker.readNanos();
    marks.compute(
        key, (k, before) -> new Mark(before == null ? now + GRACE_NANOS : before.deadlineNanos));
  }

  /** Notes that something cannot be read: it is unread from now on. */
  public void addUnreadable(K key) {
    marks.put(key, new Mark(ticker.readNanos()));
  }

  /** Returns whether there is a change that has not been read. */
  public boolean contains(K key) {
    return marks.containsKey(key);
  }

  /** Returns whether a change could not be read, or not within half a second. */
  public boolean isUnread(K key) {
    Mark mark = marks.get(key);
    return mark != null && ticker.readNanos() - mark.deadlineNanos >= 0;
  }

  /**
   * Returns what is to be run once a part has been read that is read from now on. Changes that are
   * announced meanwhile are to be read too, and stay.
   */
  public Runnable reading(K key) {
    Mark seen = marks.get(key);
    return seen == null ? () -> {} : () -> marks.remove(key, seen);
  }

  /** Returns what is to be run once everything has been read, as {@link #reading} does. */
  public Runnable readingAll() {
    Map<K, Mark> seen = new HashMap<>(marks);
    return () -> seen.forEach(marks::remove);
  }
}
