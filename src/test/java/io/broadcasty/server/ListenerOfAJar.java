package io.broadcasty.server;

import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A listener that nodes find as a service, as they find that of a jar in the WAR. */
public final class ListenerOfAJar implements RealtimeListener {

  /** The subjects of the repeated requests that nodes of this JVM have reported. */
  static final Set<String> REPLAYED = ConcurrentHashMap.newKeySet();

  @Override
  public void onReplayed(ConnectionEvent.Replayed event) {
    REPLAYED.add(event.subject());
  }
}
