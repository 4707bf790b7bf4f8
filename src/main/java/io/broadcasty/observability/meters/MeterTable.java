package io.broadcasty.observability.meters;

import static io.broadcasty.metrics.MeterFamily.Kind.COUNTER;
import static io.broadcasty.metrics.MeterFamily.Kind.GAUGE;
import static io.broadcasty.metrics.MeterFamily.Kind.HISTOGRAM;

import io.broadcasty.metrics.Histogram;
import io.broadcasty.metrics.MeterFamily;
import java.util.List;

/** The table of all meters, from which the one in docs/operations.md is generated. */
public final class MeterTable {

  static final MeterFamily CONNECTIONS =
      new MeterFamily("broadcasty_connections", GAUGE, List.of("transport"), "Open connections.");

  static final MeterFamily CONNECTIONS_OPENED =
      new MeterFamily(
          "broadcasty_connections_opened_total",
          COUNTER,
          List.of("transport"),
          "Connections opened.");

  static final MeterFamily STREAM_OUTPUTS =
      new MeterFamily(
          "broadcasty_stream_outputs_total",
          COUNTER,
          List.of("transport", "output"),
          "Connections opened, by the output that writes them: `grizzly` (Payara),"
              + " `liberty-channel` and `liberty-response` (Open Liberty), `servlet` (any server;"
              + " costs more on those two), `container` (the server's own WebSocket).");

  static final MeterFamily WATCHED_STREAMS =
      new MeterFamily(
          "broadcasty_streams_watched",
          GAUGE,
          List.of(),
          "Event streams whose sockets are watched, so that a disconnect is detected at"
              + " once; heartbeats detect it for the other streams of"
              + " `broadcasty_connections{transport=\"sse\"}`.");

  static final MeterFamily SLOW_CONSUMERS =
      new MeterFamily(
          "broadcasty_slow_consumers_total",
          COUNTER,
          List.of("transport"),
          "Connections closed because the client read too slowly.");

  static final MeterFamily PUBLICATIONS =
      new MeterFamily(
          "broadcasty_publications_total",
          COUNTER,
          List.of("outcome"),
          "Publish requests by outcome: published, duplicate, queued, denied, throttled,"
              + " unavailable, failed.");

  static final MeterFamily DELIVERIES =
      new MeterFamily(
          "broadcasty_deliveries_total",
          COUNTER,
          List.of(),
          "Deliveries of live publications to subscribers on this node; one publication"
              + " counts once for each subscriber. Replays are not included.");

  static final MeterFamily PUBLISH_DURATION =
      new MeterFamily(
          "broadcasty_publish_duration_seconds",
          HISTOGRAM,
          List.of("outcome"),
          "Time until the store answered a publish, by outcome as above.");

  static final MeterFamily PUBLISH_TO_WRITE =
      new MeterFamily(
          "broadcasty_publish_to_write_seconds",
          HISTOGRAM,
          List.of(),
          "Time from the append of a publication until it was written to subscribers on"
              + " this node; measured for one publication in 16, on one event loop, by the clocks"
              + " of the two nodes.");

  static final MeterFamily REPLAY_DURATION =
      new MeterFamily(
          "broadcasty_replay_duration_seconds",
          HISTOGRAM,
          List.of("cause"),
          "Time to bring a subscriber up to date in one partition, including waits for the"
              + " client, by cause: position (the client resumed), gap (this node missed"
              + " publications).");

  static final MeterFamily OUTBOX_AT_CLOSE =
      new MeterFamily(
          "broadcasty_outbox_bytes_at_close",
          HISTOGRAM,
          List.of("transport"),
          "Bytes that waited in the outbox of a connection when its end began.");

  static final MeterFamily TOKENS_REFUSED =
      new MeterFamily(
          "broadcasty_tokens_refused_total",
          COUNTER,
          List.of("reason"),
          "Refused tokens by reason: missing, expired, invalid, revoked, tenant (it is"
              + " suspended or unknown), unverifiable (the"
              + " keys could not be fetched).");

  static final MeterFamily DENIALS =
      new MeterFamily(
          "broadcasty_denials_total",
          COUNTER,
          List.of("action"),
          "Requests denied by the policy although the token was valid: subscribe, replay,"
              + " publish, presence, push, admin.");

  static final MeterFamily SECURITY_EVENTS =
      new MeterFamily(
          "broadcasty_security_events_total",
          COUNTER,
          List.of("event"),
          "Events that the security log has a line for: connected, disconnected,"
              + " disconnect_requested, token_refused, denied, replayed, limit_reached.");

  static final MeterFamily SECURITY_EVENTS_LEFT_OUT =
      new MeterFamily(
          "broadcasty_security_events_left_out_total",
          COUNTER,
          List.of("event"),
          "Events that the security log only counts, because there were too many in a minute.");

  static final MeterFamily HTTP_ANSWERS =
      new MeterFamily(
          "broadcasty_http_answers_total",
          COUNTER,
          List.of("class", "code"),
          "HTTP answers below /broadcasty by status class and status; unusual statuses"
              + " count as `other`.");

  static final MeterFamily SUBSCRIPTIONS =
      new MeterFamily(
          "broadcasty_subscriptions",
          GAUGE,
          List.of(),
          "Subscriptions of connections on this node to channels and patterns.");

  static final MeterFamily CHANNELS =
      new MeterFamily(
          "broadcasty_channels", GAUGE, List.of(), "Channels with subscribers on this node.");

  static final MeterFamily CHANNEL_EVENTS =
      new MeterFamily(
          "broadcasty_channel_events_total",
          COUNTER,
          List.of("event"),
          "Channels that gained their first subscriber (occupied) or lost their last one"
              + " (vacated); each event counts on one node of the cluster.");

  static final MeterFamily MEMBER_EVENTS =
      new MeterFamily(
          "broadcasty_member_events_total",
          COUNTER,
          List.of("event"),
          "Members that joined or left presence channels (joined, left); each event counts"
              + " on one node of the cluster.");

  static final MeterFamily BYTES_IN =
      new MeterFamily(
          "broadcasty_received_bytes_total",
          COUNTER,
          List.of("transport"),
          "Bytes of messages received from clients: websocket, and http for request bodies.");

  static final MeterFamily BYTES_OUT =
      new MeterFamily(
          "broadcasty_sent_bytes_total",
          COUNTER,
          List.of("transport"),
          "Bytes of messages written to streams, without framing; updated once a second.");

  static final MeterFamily RESUMES =
      new MeterFamily(
          "broadcasty_resumes_total",
          COUNTER,
          List.of("cause"),
          "Partitions in which a subscriber was brought up to date, by cause: position," + " gap.");

  static final MeterFamily LOST_POSITIONS =
      new MeterFamily(
          "broadcasty_lost_positions_total",
          COUNTER,
          List.of("reason"),
          "Positions that could not be served and were reported to the subscriber as lost:"
              + " trimmed, epoch, ahead.");

  static final MeterFamily LISTENER_FAILURES =
      new MeterFamily(
          "broadcasty_listener_failures_total",
          COUNTER,
          List.of(),
          "Exceptions of event listeners; each kind is logged once.");

  static final MeterFamily STORE_AVAILABLE =
      new MeterFamily(
          "broadcasty_store_available",
          GAUGE,
          List.of(),
          "1 while the store accepts publications, including queued ones; otherwise 0.");

  static final MeterFamily STORE_STATE =
      new MeterFamily(
          "broadcasty_store_state",
          GAUGE,
          List.of("state"),
          "1 for the store's current state, 0 for the others: up, queueing, read-only," + " down.");

  static final MeterFamily UNDECODABLE =
      new MeterFamily(
          "broadcasty_undecodable_total",
          COUNTER,
          List.of(),
          "Entries, rows and messages of other nodes that this node could not decode; each"
              + " kind is logged once. More than 0 means that the nodes run different versions.");

  static final MeterFamily SPOOL_WAITING =
      new MeterFamily(
          "broadcasty_spool_waiting_channels",
          GAUGE,
          List.of(),
          "Channels with publications queued in the database, as far as this node knows;"
              + " only with `broadcasty.replay.fallback`.");

  static final MeterFamily MIRROR_WAITING =
      new MeterFamily(
          "broadcasty_mirror_waiting_channels",
          GAUGE,
          List.of(),
          "Channels with publications that this node has not copied yet; only with"
              + " Redis and a database, like the next one.");

  static final MeterFamily MIRROR_MISSED =
      new MeterFamily(
          "broadcasty_mirror_missed_publications_total",
          COUNTER,
          List.of(),
          "Publications that were trimmed by the retention before they could be copied.");

  static final MeterFamily COMPACTION_ERASED =
      new MeterFamily(
          "broadcasty_compaction_erased_publications_total",
          COUNTER,
          List.of(),
          "Publications that this node has erased because their key was published again.");

  static final MeterFamily POLICY_DECISIONS =
      new MeterFamily(
          "broadcasty_policy_decisions_total",
          COUNTER,
          List.of("outcome"),
          "Decisions of the back end in `broadcasty.policy.callback.url`, by outcome: allowed,"
              + " denied, cached (an earlier answer counted), failed (no answer), refused (not"
              + " asked, because it fails or too many questions wait).");

  static final MeterFamily DRIVER_ACTIVE =
      new MeterFamily(
          "broadcasty_driver_active",
          GAUGE,
          List.of("provider"),
          "1 for the active provider, 0 for the others of the order.");

  static final MeterFamily DRIVER_STATE =
      new MeterFamily(
          "broadcasty_driver_state",
          GAUGE,
          List.of("provider", "state"),
          "1 for the provider's current state, 0 for the others: healthy, failing, probing.");

  static final MeterFamily DRIVER_BREAKER =
      new MeterFamily(
          "broadcasty_driver_breaker_open",
          GAUGE,
          List.of("provider"),
          "1 while the provider's circuit breaker is open because it failed, otherwise 0.");

  static final MeterFamily DRIVER_SWITCHES =
      new MeterFamily(
          "broadcasty_driver_switches_total",
          COUNTER,
          List.of(),
          "Changes of the active provider to another one, or to none.");

  static final MeterFamily DRIVER_LAG_PUBLICATIONS =
      new MeterFamily(
          "broadcasty_driver_lag_publications",
          GAUGE,
          List.of(),
          "Publications of this node that have not been relayed yet.");

  static final MeterFamily DRIVER_LAG_SECONDS =
      new MeterFamily(
          "broadcasty_driver_lag_seconds",
          GAUGE,
          List.of(),
          "Age of the oldest publication that has not been relayed; 0 when there is none.");

  static final MeterFamily DRIVER_RELAYED =
      new MeterFamily(
          "broadcasty_driver_relayed_publications_total",
          COUNTER,
          List.of("provider"),
          "Publications of this node that the provider accepted.");

  static final MeterFamily DRIVER_REJECTED =
      new MeterFamily(
          "broadcasty_driver_rejected_publications_total",
          COUNTER,
          List.of(),
          "Publications skipped because a provider rejects them permanently.");

  static final MeterFamily DRIVER_MISSED =
      new MeterFamily(
          "broadcasty_driver_missed_publications_total",
          COUNTER,
          List.of(),
          "Publications that were trimmed by the retention before they could be relayed.");

  static final MeterFamily PUSH_OUTCOMES =
      new MeterFamily(
          "broadcasty_push_outcomes_total",
          COUNTER,
          List.of("service", "outcome"),
          "Attempts of this node to notify a device, by outcome: accepted, rejected,"
              + " unregistered, expired, retrying.");

  static final MeterFamily PUSH_QUEUE =
      new MeterFamily(
          "broadcasty_push_queue",
          GAUGE,
          List.of("service"),
          "Unfinished notifications to devices, of all nodes that share the database; read"
              + " every 15 s, NaN when that fails, at most 100000.");

  static final MeterFamily PUSH_SERVICE_UP =
      new MeterFamily(
          "broadcasty_push_service_up",
          GAUGE,
          List.of("service"),
          "1 while this node sends through the service, 0 while nothing is accepted and only probes"
              + " are sent.");

  static final MeterFamily WEBHOOK_ATTEMPTS =
      new MeterFamily(
          "broadcasty_webhook_attempts_total",
          COUNTER,
          List.of("outcome"),
          "Attempts of this node to deliver a webhook, by outcome: delivered, retrying, dead (the"
              + " last attempt failed).");

  static final MeterFamily WEBHOOK_DURATION =
      new MeterFamily(
          "broadcasty_webhook_duration_seconds",
          HISTOGRAM,
          List.of(),
          "Time of an attempt to deliver a webhook, whatever its outcome.");

  static final MeterFamily WEBHOOK_LOST =
      new MeterFamily(
          "broadcasty_webhook_lost_events_total",
          COUNTER,
          List.of(),
          "Events that endpoints are not told of, because the database could not be reached for too"
              + " long.");

  static final MeterFamily WEBHOOK_DISABLED =
      new MeterFamily(
          "broadcasty_webhook_disabled_endpoints_total",
          COUNTER,
          List.of(),
          "Endpoints that this node has disabled, because they failed for days or are gone.");

  static final MeterFamily MESSAGING_RECEIVED =
      new MeterFamily(
          "broadcasty_messaging_received_total",
          COUNTER,
          List.of("connector", "outcome"),
          "Messages that a connector has received on this node, by outcome: published, repeated"
              + " (they had been published before), dead (they are in the dead-letter queue).");

  static final MeterFamily MESSAGING_SENT =
      new MeterFamily(
          "broadcasty_messaging_sent_total",
          COUNTER,
          List.of("connector"),
          "Publications that a connector has sent from this node.");

  static final MeterFamily MESSAGING_WAITING =
      new MeterFamily(
          "broadcasty_messaging_waiting",
          GAUGE,
          List.of("connector"),
          "Publications of this node that a connector has not sent yet.");

  static final MeterFamily MESSAGING_CONNECTED =
      new MeterFamily(
          "broadcasty_messaging_connected",
          GAUGE,
          List.of("connector"),
          "Whether a connector reaches its queue or topic on this node: 1 or 0.");

  static final MeterFamily OUTBOX_ROWS =
      new MeterFamily(
          "broadcasty_outbox_rows_total",
          COUNTER,
          List.of("outbox", "outcome"),
          "Rows of an application's outbox that this node has read, by outcome: published, refused"
              + " (set aside, for they can never be published).");

  static final MeterFamily OUTBOX_ERRORS =
      new MeterFamily(
          "broadcasty_outbox_errors_total",
          COUNTER,
          List.of("outbox"),
          "Attempts of this node to read an application's outbox that failed, because of its"
              + " database or its table.");

  static final MeterFamily OUTBOX_LAG =
      new MeterFamily(
          "broadcasty_outbox_lag_seconds",
          GAUGE,
          List.of("outbox"),
          "Age of the first row of an application's outbox when this node last read it; 0 when"
              + " there was none, or when another node reads.");

  static final MeterFamily LOOP_RESTARTS =
      new MeterFamily(
          "broadcasty_loop_restarts_total",
          COUNTER,
          List.of("loop"),
          "Restarts of a background thread after an Error, such as an OutOfMemoryError; a"
              + " restart of `event-loop` ends its connections, which reconnect.");

  static final MeterFamily LOOP_FAILURES =
      new MeterFamily(
          "broadcasty_loop_failures_total",
          COUNTER,
          List.of("loop"),
          "Runs of background threads that ended with an exception or an Error; the log has"
              + " the cause.");

  static final MeterFamily NODES =
      new MeterFamily(
          "broadcasty_nodes", GAUGE, List.of(), "Live nodes, as far as this node knows.");

  static final MeterFamily DRAINING =
      new MeterFamily(
          "broadcasty_node_draining",
          GAUGE,
          List.of(),
          "1 while this node stops or an operator drains it, and it rejects new connections,"
              + " otherwise 0.");

  static final MeterFamily CLOCK_SKEW =
      new MeterFamily(
          "broadcasty_clock_skew_seconds",
          GAUGE,
          List.of(),
          "How far this node's clock is ahead of that of Redis or the database; negative when it is"
              + " behind.");

  static final MeterFamily MEMORY_USED =
      new MeterFamily(
          "broadcasty_memory_used_bytes",
          GAUGE,
          List.of("area"),
          "Memory that clients make this node hold, by area: inbound, streams, ids,"
              + " subscriptions, queues, outboxes.");

  static final MeterFamily MEMORY_LIMIT =
      new MeterFamily(
          "broadcasty_memory_limit_bytes",
          GAUGE,
          List.of("area"),
          "Limit of that memory, by area (`broadcasty.memory.…`).");

  static final MeterFamily MEMORY_RECLAIMED =
      new MeterFamily(
          "broadcasty_memory_reclaimed_bytes_total",
          COUNTER,
          List.of("area"),
          "Memory given up early to make room: in streams, publications dropped before their"
              + " retention ended.");

  static final MeterFamily MEMORY_REFUSED =
      new MeterFamily(
          "broadcasty_memory_refused_total",
          COUNTER,
          List.of("area", "owner"),
          "Requests for memory refused, by area and by whose limit was reached: tenant or node.");

  static final MeterFamily TENANTS_OWN =
      new MeterFamily(
          "broadcasty_tenants_with_own_settings",
          GAUGE,
          List.of(),
          "Tenants with settings of their own.");

  static final MeterFamily TENANT_SETTINGS_FAILURES =
      new MeterFamily(
          "broadcasty_tenant_settings_failures_total",
          COUNTER,
          List.of(),
          "Failed attempts to read tenant settings; the known settings stayed in force.");

  /** All families, in the order of the reference. */
  public static final List<MeterFamily> ALL =
      List.of(
          CONNECTIONS,
          CONNECTIONS_OPENED,
          STREAM_OUTPUTS,
          WATCHED_STREAMS,
          SLOW_CONSUMERS,
          PUBLICATIONS,
          DELIVERIES,
          PUBLISH_DURATION,
          PUBLISH_TO_WRITE,
          REPLAY_DURATION,
          OUTBOX_AT_CLOSE,
          TOKENS_REFUSED,
          DENIALS,
          SECURITY_EVENTS,
          SECURITY_EVENTS_LEFT_OUT,
          HTTP_ANSWERS,
          SUBSCRIPTIONS,
          CHANNELS,
          CHANNEL_EVENTS,
          MEMBER_EVENTS,
          BYTES_IN,
          BYTES_OUT,
          RESUMES,
          LOST_POSITIONS,
          LISTENER_FAILURES,
          STORE_AVAILABLE,
          STORE_STATE,
          UNDECODABLE,
          SPOOL_WAITING,
          MIRROR_WAITING,
          MIRROR_MISSED,
          COMPACTION_ERASED,
          POLICY_DECISIONS,
          DRIVER_ACTIVE,
          DRIVER_STATE,
          DRIVER_BREAKER,
          DRIVER_SWITCHES,
          DRIVER_LAG_PUBLICATIONS,
          DRIVER_LAG_SECONDS,
          DRIVER_RELAYED,
          DRIVER_REJECTED,
          DRIVER_MISSED,
          PUSH_OUTCOMES,
          PUSH_QUEUE,
          PUSH_SERVICE_UP,
          WEBHOOK_ATTEMPTS,
          WEBHOOK_DURATION,
          WEBHOOK_LOST,
          WEBHOOK_DISABLED,
          MESSAGING_RECEIVED,
          MESSAGING_SENT,
          MESSAGING_WAITING,
          MESSAGING_CONNECTED,
          OUTBOX_ROWS,
          OUTBOX_ERRORS,
          OUTBOX_LAG,
          TENANTS_OWN,
          TENANT_SETTINGS_FAILURES,
          MEMORY_USED,
          MEMORY_LIMIT,
          MEMORY_RECLAIMED,
          MEMORY_REFUSED,
          LOOP_RESTARTS,
          LOOP_FAILURES,
          NODES,
          DRAINING,
          CLOCK_SKEW);

  private MeterTable() {}

  /** Creates a histogram for times from a millisecond to ten seconds. */
  static Histogram seconds() {
    return new Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
  }

  /**
   * Creates a histogram for bytes that wait for a connection: 0, and from 1 KiB to 16 MiB in
   * factors of 4.
   */
  static Histogram bytes() {
    return new Histogram(0, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24);
  }

  /** Returns 1 for true and 0 for false. */
  static double flag(boolean yes) {
    return yes ? 1 : 0;
  }
}
