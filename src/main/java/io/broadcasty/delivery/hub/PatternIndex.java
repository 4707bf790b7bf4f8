package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;

/**
 * One tenant's pattern subscribers by prefix. A channel is matched by looking up the prefixes of
 * its name that have a length in use: the cost does not depend on the number of patterns that do
 * not match.
 */
@ThreadSafe
final class PatternIndex {

  private final ConcurrentHashMap<String, Set<PatternSubscriber>> byPrefix =
      new ConcurrentHashMap<>();

  /** How many prefixes there are of each length. */
  @SuppressWarnings("ThreadSafe") // an array of atomics is safe; the annotation is not known to it
  private final AtomicIntegerArray lengths = new AtomicIntegerArray(ChannelName.MAX_LENGTH + 1);

  /** Adds a subscriber; visible to every match that begins after the return. */
  void add(PatternSubscriber subscriber) {
    byPrefix.compute(
        subscriber.pattern().prefix(),
        (prefix, known) -> {
          Set<PatternSubscriber> subscribers = known;
          if (subscribers == null) {
            lengths.incrementAndGet(prefix.length());
            subscribers = ConcurrentHashMap.newKeySet(1);
          }
          subscribers.add(subscriber);
          return subscribers;
        });
  }

  void remove(PatternSubscriber subscriber) {
    byPrefix.computeIfPresent(
        subscriber.pattern().prefix(),
        (prefix, subscribers) -> {
          subscribers.remove(subscriber);
          if (!subscribers.isEmpty()) {
            return subscribers;
          }
          lengths.decrementAndGet(prefix.length());
          return null;
        });
  }

  boolean isEmpty() {
    return byPrefix.isEmpty();
  }

  /**
   * Calls the action with the subscribers whose patterns match, until it returns false.
   *
   * @return whether it always returned true
   */
  boolean forEachMatching(ChannelName channel, Predicate<PatternSubscriber> action) {
    String name = channel.value();
    for (int length = 0; length <= name.length(); length++) {
      if (lengths.get(length) == 0) {
        continue;
      }
      Set<PatternSubscriber> subscribers = byPrefix.get(name.substring(0, length));
      if (subscribers == null) {
        continue;
      }
      for (PatternSubscriber subscriber : subscribers) {
        if (subscriber.pattern().matches(channel) && !action.test(subscriber)) {
          return false;
        }
      }
    }
    return true;
  }
}
