package io.broadcasty.core.http;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Replaces the JDK's HTTP client for origins that did not answer in time.
 *
 * <p>The JDK's client ends a call at its time limit, but keeps the HTTP/2 connection, and sends the
 * next calls to it. When a firewall has forgotten that connection, all of them fail until TCP gives
 * up, after a quarter of an hour. Therefore the calls to an origin that has not answered in time go
 * to another client, which opens a new connection. The origins that have always answered stay with
 * the first client, and the others share the newest, so that no more than two are in use.
 */
@ThreadSafe
public final class RenewedClients {

  private static final int MAX_ORIGINS = 1000;

  private final Supplier<HttpClient> factory;
  private final Ticker ticker;
  private final long intervalNanos;

  @SuppressWarnings("ThreadSafe") // HttpClient is
  private final HttpClient first;

  /** The clients of origins that have not answered in time. */
  @GuardedBy("this")
  private final Map<String, HttpClient> moved = BoundedMap.ofLatestAdded(MAX_ORIGINS);

  @GuardedBy("this")
  private HttpClient newest;

  @GuardedBy("this")
  private long createdNanos;

  /**
   * Creates the first client.
   *
   * @param factory creates equal clients; one that is no longer used ends by itself
   * @param interval the least time between the creation of two clients, so that an origin that
   *     never answers does not cost one for each call
   */
  public RenewedClients(Supplier<HttpClient> factory, Ticker ticker, Duration interval) {
    this.factory = factory;
    this.ticker = ticker;
    this.intervalNanos = interval.toNanos();
    this.first = factory.get();
    this.newest = first;
    this.createdNanos = ticker.readNanos() - intervalNanos;
  }

  /** Returns the client for calls to an address. */
  public synchronized HttpClient of(URI address) {
    return moved.getOrDefault(origin(address), first);
  }

  /**
   * Sends further calls to an origin over new connections.
   *
   * @param used the client of the call that was not answered in time
   */
  @SuppressWarnings("ReferenceEquality") // the same client, not an equal one
  public synchronized void leave(URI address, HttpClient used) {
    String origin = origin(address);
    if (moved.getOrDefault(origin, first) != used) {
      return; // another call has done so
    }
    if (newest == used) {
      long now = ticker.readNanos();
      if (now - createdNanos < intervalNanos) {
        return;
      }
      HttpClient created = factory.get();
      newest = created;
      createdNanos = now;
      moved.replaceAll((each, client) -> created);
    }
    moved.put(origin, newest);
  }

  private static String origin(URI address) {
    return address.getScheme() + "://" + address.getAuthority();
  }
}
