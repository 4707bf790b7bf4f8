package io.broadcasty.server;

import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseException;
import io.broadcasty.infra.database.JdbcLeaderLocks;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.meters.WebhookCounts;
import io.broadcasty.observability.meters.WebhookMeters;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.stores.StoreConnections;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.webhook.ChannelEvents;
import io.broadcasty.webhook.DeliveryAdministration;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.EventRecorder;
import io.broadcasty.webhook.PusherEvents;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEndpoints;
import io.broadcasty.webhook.WebhookEvent;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookOutbox;
import io.broadcasty.webhook.WebhookStoreException;
import io.broadcasty.webhook.jdbc.JdbcWebhookEndpoints;
import io.broadcasty.webhook.jdbc.JdbcWebhookOutbox;
import io.broadcasty.webhook.sending.HttpWebhookClient;
import io.broadcasty.webhook.sending.MessageSigner;
import io.broadcasty.webhook.sending.WebhookListener;
import io.broadcasty.webhook.sending.WebhookWorker;
import io.broadcasty.wire.JsonWriter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Webhooks of a node: what it tells endpoints, and the thread that sends. */
public final class WebhookRuntime implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(WebhookRuntime.class.getName());
  private static final Duration LINGER = Duration.ofSeconds(3);
  private static final Duration UPKEEP_INTERVAL = Duration.ofSeconds(50);
  private static final Duration UPKEEP_LEASE = Duration.ofMinutes(10);
  private static final long UPKEEP_MILLIS = 60_000;

  /** What is open; null without a database. */
  private final @Nullable Opened opened;

  private final WebhookAdministration administration;
  private final DeliveryAdministration deliveries;

  private record Opened(
      @Nullable Database own,
      HttpWebhookClient client,
      WebhookWorker worker,
      EventRecorder recorder,
      AppEvents events) {}

  /**
   * Starts sending, if there is a database or an app has a webhook.
   *
   * @param node names this node's leases
   */
  WebhookRuntime(
      Settings settings,
      Store store,
      String node,
      Meters meters,
      RealtimeListeners listeners,
      Ticker ticker,
      WallClock own,
      Threads threads) {
    List<App> apps =
        settings.apps().configured().stream().filter(app -> app.webhook() != null).toList();
    Database ofStore = store.database();
    if (ofStore == null && apps.isEmpty()) {
      this.opened = null;
      this.administration = administration(settings, null, own);
      this.deliveries = new DeliveryAdministration(null, own, endpoint -> {});
      return;
    }
    Database database = ofStore == null ? StoreConnections.database(settings, ticker) : ofStore;
    WallClock clock = database.clock();
    WebhookEndpoints endpoints = new JdbcWebhookEndpoints(database, clock);
    WebhookOutbox outbox = new JdbcWebhookOutbox(database, clock);
    endpoints.configure(configured(apps, clock));
    HttpWebhookClient client =
        new HttpWebhookClient(
            settings.webhooks().guard(), clock, threads.loops.threadFactory("webhook-io"));
    WebhookCounts counts = new WebhookCounts();
    Outcomes outcomes = new Outcomes(counts, store.audit(), clock);
    WebhookWorker worker =
        new WebhookWorker(
            endpoints,
            outbox,
            client,
            new MessageSigner(settings.masterKeys(), settings.apps()::byId),
            node,
            ticker,
            clock,
            outcomes,
            LINGER,
            threads.loops);
    EventRecorder recorder =
        new EventRecorder(endpoints, outbox, ticker, worker::wake, threads.loops);
    outcomes.recorder = recorder;
    listeners.add(new ChannelEvents(recorder, clock));
    meters.addAll(WebhookMeters.of(counts, recorder::lost));
    meters.add(WebhookMeters.duration(counts));
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    long retention = settings.webhooks().retention().toMillis();
    threads.scheduleLong(
        UPKEEP_MILLIS,
        "webhook-upkeep",
        () -> {
          try {
            turns.runIfAcquired(
                "webhooks",
                UPKEEP_LEASE,
                UPKEEP_INTERVAL,
                () -> outbox.prune(clock.nowMillis() - retention));
          } catch (DatabaseException | WebhookStoreException e) {
            LOG.log(Level.DEBUG, "Cannot delete old webhooks; the task will run again", e);
          }
        });
    this.opened =
        new Opened(
            ofStore == null ? database : null,
            client,
            worker,
            recorder,
            new PusherEvents(recorder, ticker, clock));
    this.administration = administration(settings, endpoints, clock);
    this.deliveries =
        new DeliveryAdministration(
            new DeliveryAdministration.Stores(endpoints, outbox), clock, worker::wake);
  }

  private static WebhookAdministration administration(
      Settings settings, @Nullable WebhookEndpoints endpoints, WallClock clock) {
    return new WebhookAdministration(
        endpoints,
        settings.webhooks().guard(),
        settings.apps()::byId,
        settings.masterKeys(),
        clock);
  }

  /** Returns the use case of endpoints. */
  public WebhookAdministration administration() {
    return administration;
  }

  /** Returns the use case of messages. */
  public DeliveryAdministration deliveries() {
    return deliveries;
  }

  /** Returns the endpoints that the configuration of apps names. */
  private static List<WebhookEndpoint> configured(List<App> apps, WallClock clock) {
    List<WebhookEndpoint> endpoints = new ArrayList<>();
    for (App app : apps) {
      endpoints.add(
          new WebhookEndpoint(
              "app-" + app.id(),
              app.tenant(),
              new EndpointOptions(
                  String.valueOf(app.webhook()),
                  "app " + app.id(),
                  WebhookFormat.PUSHER,
                  app.id(),
                  Set.of(),
                  "",
                  0),
              EndpointSecrets.NONE,
              WebhookEndpoint.State.ACTIVE,
              true,
              0,
              clock.nowMillis(),
              clock.nowMillis(),
              1));
    }
    return endpoints;
  }

  /** Counts attempts, and tells of endpoints that are disabled. */
  private static final class Outcomes implements WebhookListener {

    private final WebhookCounts counts;
    private final AuditLog audit;
    private final WallClock clock;
    private volatile @Nullable EventRecorder recorder;

    Outcomes(WebhookCounts counts, AuditLog audit, WallClock clock) {
      this.counts = counts;
      this.audit = audit;
      this.clock = clock;
    }

    @Override
    public void onAttempt(WebhookDelivery.State state, long tookNanos) {
      counts.record(state, tookNanos);
    }

    @Override
    public void onDisabled(WebhookEndpoint endpoint, String reason) {
      long now = clock.nowMillis();
      counts.recordDisabled();
      audit.append(
          AuditEvent.ofService(
              endpoint.tenant(),
              "webhook.disabled",
              JsonWriter.object(
                  json -> {
                    json.writeStringField("endpoint", endpoint.id());
                    json.writeStringField("reason", reason);
                  }),
              now));
      EventRecorder others = recorder;
      if (others != null) {
        others.record(
            new WebhookEvent(
                endpoint.tenant(),
                WebhookEventType.ENDPOINT_DISABLED,
                null,
                null,
                List.of(
                    WebhookEvent.Detail.ofText("endpoint", "endpoint", endpoint.id()),
                    WebhookEvent.Detail.ofText("reason", "reason", reason)),
                now));
      }
    }
  }

  /** Returns what is told of events of the Pusher protocol. */
  public AppEvents appEvents() {
    return opened == null ? AppEvents.NONE : opened.events();
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.recorder().close();
      opened.worker().close();
      opened.client().close();
      if (opened.own() != null) {
        opened.own().close();
      }
    }
  }
}
