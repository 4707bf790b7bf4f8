package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Stores a message for each endpoint that wants an event. Events wait in memory for some
 * milliseconds, until a thread has stored them together: a node that dies in that moment loses
 * them. While the store cannot be reached, the first {@value #MAX_WAITING} are kept.
 */
@ThreadSafe
public final class EventRecorder implements AutoCloseable {

  static final int MAX_WAITING = 20_000;

  private static final System.Logger LOG = System.getLogger(EventRecorder.class.getName());
  private static final int BATCH = 500;
  private static final int MAX_TENANTS = 10_000;
  private static final long GATHERING_MILLIS = 10;
  private static final long RETRY_MILLIS = 500;
  private static final long STOP_MILLIS = 3000;

  /** How long the endpoints of a tenant are remembered. */
  private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final WebhookEndpoints endpoints;
  private final WebhookOutbox outbox;
  private final Ticker ticker;

  @SuppressWarnings("ThreadSafe") // called by the thread of this class
  private final Consumer<String> added;

  private final ArrayBlockingQueue<WebhookEvent> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong lost = new AtomicLong();

  @ConfinedTo("the thread of this class")
  private final Map<TenantId, Known> known = BoundedMap.ofLatestAdded(MAX_TENANTS);

  @ConfinedTo("the thread of this class")
  private final List<WebhookEvent> batch = new ArrayList<>();

  @SuppressWarnings("ThreadSafe") // any thread may close it
  private final BackgroundLoop loop;

  private volatile boolean stopping;

  private record Known(List<WebhookEndpoint> endpoints, long readNanos) {}

  /**
   * Starts the thread.
   *
   * @param added is told each endpoint that has a new message
   */
  public EventRecorder(
      WebhookEndpoints endpoints,
      WebhookOutbox outbox,
      Ticker ticker,
      Consumer<String> added,
      BackgroundLoops loops) {
    this.endpoints = endpoints;
    this.outbox = outbox;
    this.ticker = ticker;
    this.added = added;
    this.loop = loops.start("webhook-events", this::runRound);
  }

  /** Has the endpoints of a tenant told. Never blocks; may be called by any thread. */
  public void record(WebhookEvent event) {
    if (!waiting.offer(event)) {
      lost.incrementAndGet();
    }
  }

  /** Returns how many events were lost because the store could not be reached for too long. */
  public long lost() {
    return lost.get();
  }

  private boolean runRound() throws InterruptedException {
    if (batch.isEmpty()) {
      WebhookEvent first = waiting.poll(GATHERING_MILLIS * 10, TimeUnit.MILLISECONDS);
      if (first == null) {
        return !stopping;
      }
      batch.add(first);
      waiting.drainTo(batch, BATCH - 1);
    }
    try {
      store();
    } catch (WebhookStoreException e) {
      LOG.log(Level.DEBUG, "Cannot store events for webhooks; they wait", e);
      return !stopping && loopPause();
    }
    return true;
  }

  private static boolean loopPause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    return true;
  }

  private void store() {
    List<WebhookMessage> messages = new ArrayList<>();
    Set<String> told = new LinkedHashSet<>();
    for (WebhookEvent event : batch) {
      for (WebhookEndpoint each : active(event.tenant())) {
        if (each.options().wants(event)) {
          messages.add(message(event, each));
          told.add(each.id());
        }
      }
    }
    if (!messages.isEmpty()) {
      outbox.add(messages);
      told.forEach(added);
    }
    batch.clear();
  }

  private List<WebhookEndpoint> active(TenantId tenant) {
    long now = ticker.readNanos();
    Known found = known.get(tenant);
    if (found == null || now - found.readNanos() >= REMEMBERED_NANOS) {
      found = new Known(endpoints.active(tenant), now);
      known.put(tenant, found);
    }
    return found.endpoints();
  }

  /** Returns the message about an event to an endpoint. */
  static WebhookMessage message(WebhookEvent event, WebhookEndpoint endpoint) {
    return new WebhookMessage(
        "msg_" + UUID.randomUUID().toString().replace("-", ""),
        endpoint.id(),
        endpoint.tenant(),
        event.type(),
        event.channel() == null ? null : event.channel().value(),
        event.user(),
        event.body(endpoint.options().format()),
        event.timeMillis(),
        event.timeMillis() + event.type().delay().toMillis());
  }

  /** Stores what waits, and ends the thread. */
  @Override
  public void close() {
    stopping = true;
    if (!loop.join(STOP_MILLIS)) {
      LOG.log(Level.WARNING, "Some events could not be stored for webhooks");
    }
  }
}
