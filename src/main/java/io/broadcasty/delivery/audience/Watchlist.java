package io.broadcasty.delivery.audience;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The users that one connection watches. */
@ThreadSafe
public final class Watchlist {

  /** Is told who is signed in. Called by one thread at a time; must not block. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Called with the users whose state is known for the first time or has changed.
     *
     * @param online those that are signed in now
     * @param offline those that are not
     */
    void onStates(List<String> online, List<String> offline);
  }

  @SuppressWarnings("ThreadSafe") // called by one thread
  final Listener listener;

  @ConfinedTo("the thread of the rounds")
  final Set<String> toldOnline = new HashSet<>();

  @ConfinedTo("the thread of the rounds")
  final Set<String> toldOffline = new HashSet<>();

  Watchlist(Listener listener) {
    this.listener = listener;
  }
}
