package io.broadcasty.telemetry;

import static io.broadcasty.metrics.MeterFamily.Kind.COUNTER;
import static io.broadcasty.metrics.MeterFamily.Kind.GAUGE;
import static io.broadcasty.metrics.MeterFamily.Kind.HISTOGRAM;

import io.broadcasty.metrics.Histogram;
import io.broadcasty.metrics.MeterFamily;
import java.util.List;

/** The table of all meters; that in docs/operations.md is made of it. */
public final class MeterTable {

  static final MeterFamily CONNECTIONS =
      new MeterFamily(
          "broadcasty_connections", GAUGE, List.of("transport"), "Connections that are open.");

  static final MeterFamily CONNECTIONS_OPENED =
      new MeterFamily(
          "broadcasty_connections_opened_total",
          COUNTER,
          List.of("transport"),
          "Connections that were opened.");

  static final MeterFamily STREAM_OUTPUTS =
      new MeterFamily(
          "broadcasty_stream_outputs_total",
          COUNTER,
          List.of("transport", "output"),
          "Connections that were opened, by what they are written with: `grizzly` (Payara),"
              + " `liberty-channel` and `liberty-response` (Open Liberty), `servlet` (any server;"
              + " on those two it costs more), `container` (the server's own WebSocket).");

  static final MeterFamily WATCHED_STREAMS =
      new MeterFamily(
          "broadcasty_streams_watched",
          GAUGE,
          List.of(),
          "Event streams of which the server sees at once that the client has gone; the other"
              + " streams of `broadcasty_connections{transport=\"sse\"}` are given up at their"
              + " heartbeats.");

  static final MeterFamily SLOW_CONSUMERS =
      new MeterFamily(
          "broadcasty_slow_consumers_total",
          COUNTER,
          List.of("transport"),
          "Connections that were closed because their client read too slowly.");

  static final MeterFamily PUBLICATIONS =
      new MeterFamily(
          "broadcasty_publications_total",
          COUNTER,
          List.of("outcome"),
          "Publications that were asked for, by what became of them: published, duplicate, queued,"
              + " denied, throttled, unavailable, failed.");

  static final MeterFamily DELIVERIES =
      new MeterFamily(
          "broadcasty_deliveries_total",
          COUNTER,
          List.of(),
          "Live publications handed to subscribers here, each counted for each of them; replays"
              + " are not among them.");

  static final MeterFamily PUBLISH_DURATION =
      new MeterFamily(
          "broadcasty_publish_duration_seconds",
          HISTOGRAM,
          List.of("outcome"),
          "How long publications took until the store had answered, by outcome as above.");

  static final MeterFamily PUBLISH_TO_WRITE =
      new MeterFamily(
          "broadcasty_publish_to_write_seconds",
          HISTOGRAM,
          List.of(),
          "From when a publication was appended until a subscriber here was written to: one"
              + " publication in 16, one lane of it, by the clocks of the two nodes.");

  static final MeterFamily REPLAY_DURATION =
      new MeterFamily(
          "broadcasty_replay_duration_seconds",
          HISTOGRAM,
          List.of("cause"),
          "How long it took to bring a subscriber up to date in a partition, by why: position (it"
              + " came back), gap (this node had missed something). Waiting for the client is part"
              + " of it.");

  static final MeterFamily OUTBOX_AT_CLOSE =
      new MeterFamily(
          "broadcasty_outbox_bytes_at_close",
          HISTOGRAM,
          List.of("transport"),
          "What waited for a connection when it began to end, in bytes.");

  static final MeterFamily TOKENS_REFUSED =
      new MeterFamily(
          "broadcasty_tokens_refused_total",
          COUNTER,
          List.of("reason"),
          "Tokens that were not taken: missing, expired, invalid, revoked, unverifiable (the keys"
              + " could not be fetched).");

  static final MeterFamily DENIALS =
      new MeterFamily(
          "broadcasty_denials_total",
          COUNTER,
          List.of("action"),
          "What callers with a good token were not allowed: subscribe, replay, publish, presence,"
              + " push, admin.");

  static final MeterFamily HTTP_ANSWERS =
      new MeterFamily(
          "broadcasty_http_answers_total",
          COUNTER,
          List.of("class", "code"),
          "Answers to requests below /broadcasty, by the class of their status and the status;"
              + " `other` for those that are not usual.");

  static final MeterFamily SUBSCRIPTIONS =
      new MeterFamily(
          "broadcasty_subscriptions",
          GAUGE,
          List.of(),
          "Channels and patterns that connections here are subscribed to, each counted for each"
              + " connection.");

  static final MeterFamily CHANNELS =
      new MeterFamily(
          "broadcasty_channels", GAUGE, List.of(), "Channels with subscribers on this node.");

  static final MeterFamily CHANNEL_EVENTS =
      new MeterFamily(
          "broadcasty_channel_events_total",
          COUNTER,
          List.of("event"),
          "Channels that got their first subscriber (occupied) and that their last has left"
              + " (vacated), each counted on one of the nodes.");

  static final MeterFamily MEMBER_EVENTS =
      new MeterFamily(
          "broadcasty_member_events_total",
          COUNTER,
          List.of("event"),
          "Members that joined presence channels and left them (joined, left), each counted on one"
              + " of the nodes.");

  static final MeterFamily BYTES_IN =
      new MeterFamily(
          "broadcasty_received_bytes_total",
          COUNTER,
          List.of("transport"),
          "Bytes of messages that clients have sent: websocket, and http for the bodies of"
              + " requests.");

  static final MeterFamily BYTES_OUT =
      new MeterFamily(
          "broadcasty_sent_bytes_total",
          COUNTER,
          List.of("transport"),
          "Bytes of messages that were written to streams, without framing; brought up to date once"
              + " a second.");

  static final MeterFamily RESUMES =
      new MeterFamily(
          "broadcasty_resumes_total",
          COUNTER,
          List.of("cause"),
          "Partitions in which a subscriber was brought up to date, by why: position, gap.");

  static final MeterFamily LOST_POSITIONS =
      new MeterFamily(
          "broadcasty_lost_positions_total",
          COUNTER,
          List.of("reason"),
          "Positions that could not be served, of which the subscriber was told: trimmed, epoch,"
              + " ahead.");

  static final MeterFamily LISTENER_FAILURES =
      new MeterFamily(
          "broadcasty_listener_failures_total",
          COUNTER,
          List.of(),
          "Exceptions of what listens to events; each kind is in the log once.");

  static final MeterFamily STORE_AVAILABLE =
      new MeterFamily(
          "broadcasty_store_available",
          GAUGE,
          List.of(),
          "1 while publications are taken, queued ones too; else 0.");

  static final MeterFamily STORE_STATE =
      new MeterFamily(
          "broadcasty_store_state",
          GAUGE,
          List.of("state"),
          "1 for the state the store is in, 0 for the others: up, queueing, read-only, down.");

  static final MeterFamily UNDECODABLE =
      new MeterFamily(
          "broadcasty_undecodable_total",
          COUNTER,
          List.of(),
          "Entries, rows and messages of other nodes that this one could not decode; the log names"
              + " each kind once. More than 0 means that nodes run different versions.");

  static final MeterFamily SPOOL_WAITING =
      new MeterFamily(
          "broadcasty_spool_waiting_channels",
          GAUGE,
          List.of(),
          "Channels with publications that are queued in the database, as far as this node knows;"
              + " with `broadcasty.replay.fallback` only.");

  static final MeterFamily MIRROR_WAITING =
      new MeterFamily(
          "broadcasty_mirror_waiting_channels",
          GAUGE,
          List.of(),
          "Channels with publications that this node has still to copy; with"
              + " `broadcasty.mirror.channels` only, as the next one.");

  static final MeterFamily MIRROR_MISSED =
      new MeterFamily(
          "broadcasty_mirror_missed_publications_total",
          COUNTER,
          List.of(),
          "Publications that had left the retention before they could be copied.");

  static final MeterFamily DRIVER_ACTIVE =
      new MeterFamily(
          "broadcasty_driver_active",
          GAUGE,
          List.of("provider"),
          "1 for who serves now, 0 for the others of the order.");

  static final MeterFamily DRIVER_STATE =
      new MeterFamily(
          "broadcasty_driver_state",
          GAUGE,
          List.of("provider", "state"),
          "1 for the state the provider is in, 0 for the others: healthy, failing, probing.");

  static final MeterFamily DRIVER_BREAKER =
      new MeterFamily(
          "broadcasty_driver_breaker_open",
          GAUGE,
          List.of("provider"),
          "1 while the provider is left alone because it failed, else 0.");

  static final MeterFamily DRIVER_SWITCHES =
      new MeterFamily(
          "broadcasty_driver_switches_total",
          COUNTER,
          List.of(),
          "Changes from one provider to another, or to none.");

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
          "Since when the oldest of them waits; 0 when none does.");

  static final MeterFamily DRIVER_RELAYED =
      new MeterFamily(
          "broadcasty_driver_relayed_publications_total",
          COUNTER,
          List.of("provider"),
          "Publications that the provider took from this node.");

  static final MeterFamily DRIVER_REJECTED =
      new MeterFamily(
          "broadcasty_driver_rejected_publications_total",
          COUNTER,
          List.of(),
          "Publications left out because a provider will never take them.");

  static final MeterFamily DRIVER_MISSED =
      new MeterFamily(
          "broadcasty_driver_missed_publications_total",
          COUNTER,
          List.of(),
          "Publications that had left the retention before they could be relayed.");

  static final MeterFamily PUSH_OUTCOMES =
      new MeterFamily(
          "broadcasty_push_outcomes_total",
          COUNTER,
          List.of("service", "outcome"),
          "Tries of this node to notify a device, by what came of them: accepted, rejected,"
              + " unregistered, expired, retrying.");

  static final MeterFamily PUSH_QUEUE =
      new MeterFamily(
          "broadcasty_push_queue",
          GAUGE,
          List.of("service"),
          "Notifications to devices that are not finished, of all nodes that share the database;"
              + " looked at every 15 s, NaN when that fails, 100000 for as many or more.");

  static final MeterFamily PUSH_SERVICE_UP =
      new MeterFamily(
          "broadcasty_push_service_up",
          GAUGE,
          List.of("service"),
          "1 while this node sends through the service, 0 while it pauses.");

  static final MeterFamily LOOP_RESTARTS =
      new MeterFamily(
          "broadcasty_loop_restarts_total",
          COUNTER,
          List.of("loop"),
          "Times that a background thread met an Error, such as an OutOfMemoryError, and was"
              + " started anew; of `lane` the connections were ended to come back.");

  static final MeterFamily LOOP_FAILURES =
      new MeterFamily(
          "broadcasty_loop_failures_total",
          COUNTER,
          List.of("loop"),
          "Rounds and tasks of background threads that ended with an exception or an Error; the"
              + " log has the cause.");

  static final MeterFamily NODES =
      new MeterFamily(
          "broadcasty_nodes", GAUGE, List.of(), "Nodes that live, as far as this node knows.");

  static final MeterFamily DRAINING =
      new MeterFamily(
          "broadcasty_node_draining",
          GAUGE,
          List.of(),
          "1 while this node takes no new connections, since it is stopping; else 0.");

  static final MeterFamily TENANTS_OWN =
      new MeterFamily(
          "broadcasty_tenants_with_own_settings",
          GAUGE,
          List.of(),
          "Tenants that have settings of their own.");

  static final MeterFamily TENANT_SETTINGS_FAILURES =
      new MeterFamily(
          "broadcasty_tenant_settings_failures_total",
          COUNTER,
          List.of(),
          "Times that the settings of tenants could not be read; what was known stayed in force.");

  /** In the order of the reference. */
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
          TENANTS_OWN,
          TENANT_SETTINGS_FAILURES,
          LOOP_RESTARTS,
          LOOP_FAILURES,
          NODES,
          DRAINING);

  private MeterTable() {}

  /** For times from a millisecond to ten seconds. */
  static Histogram seconds() {
    return new Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
  }

  /** For what waits for a connection: none, and from 1 KiB to 16 MiB by factors of 4. */
  static Histogram bytes() {
    return new Histogram(0, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24);
  }

  /** As a gauge that says yes or no. */
  static double flag(boolean yes) {
    return yes ? 1 : 0;
  }
}
