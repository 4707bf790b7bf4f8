package io.broadcasty.delivery.audience;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.cluster.counter.Counter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The users that connections of this node watch, and what is known of them. */
@ThreadSafe
final class WatchedUsers {

  @GuardedBy("this")
  private final Map<Counter, State> states = new HashMap<>();

  @GuardedBy("this")
  private final Map<Watchlist, Set<Counter>> lists = new HashMap<>();

  /** The lists with a user whose state has changed, and these users. */
  @GuardedBy("this")
  private Map<Watchlist, Set<Counter>> changed = new LinkedHashMap<>();

  private static final class State {
    final Set<Watchlist> watchers = new HashSet<>();
    @Nullable Boolean online;
  }

  /** Adds a list; returns the users that no list had. */
  synchronized List<Counter> add(Watchlist list, Set<Counter> users) {
    List<Counter> added = new ArrayList<>();
    lists.put(list, Set.copyOf(users));
    for (Counter each : users) {
      State state = states.get(each);
      if (state == null) {
        state = new State();
        states.put(each, state);
        added.add(each);
      }
      state.watchers.add(list);
      if (state.online != null) {
        mark(list, each);
      }
    }
    return added;
  }

  /** Removes a list; returns the users that no list has any more. */
  synchronized List<Counter> remove(Watchlist list) {
    List<Counter> removed = new ArrayList<>();
    changed.remove(list);
    Set<Counter> users = lists.remove(list);
    for (Counter each : users == null ? Set.<Counter>of() : users) {
      State state = states.get(each);
      if (state != null && state.watchers.remove(list) && state.watchers.isEmpty()) {
        states.remove(each);
        removed.add(each);
      }
    }
    return removed;
  }

  synchronized void set(Counter user, boolean online) {
    State state = states.get(user);
    if (state != null && (state.online == null || state.online != online)) {
      state.online = online;
      state.watchers.forEach(list -> mark(list, user));
    }
  }

  @GuardedBy("this")
  private void mark(Watchlist list, Counter user) {
    changed.computeIfAbsent(list, each -> new HashSet<>()).add(user);
  }

  /** Tells the lists what has changed for them, all of it at once. Called by one thread. */
  void tell() {
    takeChanged().forEach(WatchedUsers::tell);
  }

  /** Takes what has changed: for each list its users, and whether they are signed in. */
  private synchronized Map<Watchlist, Map<String, Boolean>> takeChanged() {
    Map<Watchlist, Map<String, Boolean>> taken = new LinkedHashMap<>();
    changed.forEach(
        (list, users) -> {
          Map<String, Boolean> of = new LinkedHashMap<>();
          for (Counter each : users) {
            State state = states.get(each);
            if (state != null && state.online != null) {
              of.put(each.name(), state.online);
            }
          }
          taken.put(list, of);
        });
    changed = new LinkedHashMap<>();
    return taken;
  }

  private static void tell(Watchlist list, Map<String, Boolean> users) {
    List<String> online = new ArrayList<>();
    List<String> offline = new ArrayList<>();
    users.forEach(
        (user, isOnline) -> {
          Set<String> now = isOnline ? list.toldOnline : list.toldOffline;
          Set<String> before = isOnline ? list.toldOffline : list.toldOnline;
          before.remove(user);
          if (now.add(user)) {
            (isOnline ? online : offline).add(user);
          }
        });
    if (!online.isEmpty() || !offline.isEmpty()) {
      list.listener.onStates(online, offline);
    }
  }
}
