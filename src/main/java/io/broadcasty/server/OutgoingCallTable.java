package io.broadcasty.server;

import io.broadcasty.cluster.nodes.redis.NodePeer;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.auth.jwt.RemoteKeys;
import io.broadcasty.infra.database.ApplicationPool;
import io.broadcasty.infra.database.DatabaseLimits;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.outbox.OutboxReader;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.webpush.WebPushProvider;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.dev.ReadinessWait;
import io.broadcasty.server.provider.ProviderCalls;
import io.broadcasty.server.stores.StoreConnections;
import io.broadcasty.webhook.sending.HttpWebhookClient;
import java.time.Duration;
import java.util.List;

/** The table of all calls that leave this process, which docs/operations.md contains. */
final class OutgoingCallTable {

  private static final String UNAVAILABLE =
      "503 `unavailable`, readiness DOWN; probed until it is over";

  static final List<OutgoingCall> ALL =
      List.of(
          new OutgoingCall(
              "Database: transaction of a request",
              text(DatabaseLimits.DEFAULT.connection())
                  + " for a connection, "
                  + text(DatabaseLimits.DEFAULT.call())
                  + " in all",
              "only after a conflict with another node, within the limit",
              UNAVAILABLE + "; the connection is broken",
              List.of("Database")),
          new OutgoingCall(
              "Database: transaction of upkeep",
              text(DatabaseLimits.DEFAULT.upkeep()) + " in all",
              "with the next round",
              "the connection is broken",
              List.of("Database")),
          new OutgoingCall(
              "Database: statement of a migration",
              text(DatabaseLimits.MIGRATION),
              "none",
              "the start fails",
              List.of("Database")),
          new OutgoingCall(
              "Data source of the server",
              "as above; migrations as the data source says",
              "as above",
              "as above; the thread is left behind, at most "
                  + DatabaseLimits.MAX_BOUNDED_CALLS
                  + " at a time",
              List.of("Database")),
          new OutgoingCall(
              "Embedded H2", "none: it runs in this process", "–", "–", List.of("EmbeddedH2")),
          new OutgoingCall(
              "Database of an application: its outbox",
              text(DatabaseLimits.DEFAULT.connection())
                  + " for a connection, "
                  + text(ApplicationPool.ANSWER)
                  + " for an answer; of a data source as it says",
              "at growing intervals up to "
                  + text(Duration.ofMillis(OutboxReader.MAX_RETRY_MILLIS)),
              "its rows wait; other outboxes and the node do not",
              List.of("ApplicationPool", "ApplicationDataSource")),
          new OutgoingCall(
              "Names of the server (JNDI)",
              text(StoreConnections.DATA_SOURCE_TIMEOUT) + " for a data source",
              "until then",
              "the start fails",
              List.of("DataSourceFinder", "ManagedThreads")),
          new OutgoingCall(
              "Redis: command",
              text(RedisSettings.TIMEOUT.dividedBy(2))
                  + " for a connection of the pool, as much for a new one, "
                  + text(RedisSettings.TIMEOUT)
                  + " for the answer",
              "in a Cluster that moves, "
                  + RedisSettings.CLUSTER_ATTEMPTS
                  + " attempts within "
                  + text(RedisSettings.TIMEOUT)
                  + "; at the start for "
                  + text(StoreConnections.REDIS_TIMEOUT),
              UNAVAILABLE,
              List.of("RedisConnector")),
          new OutgoingCall(
              "Redis: pub/sub",
              text(RedisSettings.PUBSUB_TIMEOUT)
                  + " without an answer; a ping every "
                  + text(PubSub.PING_INTERVAL),
              "reconnects until it is closed",
              "streams read again what they have missed",
              List.of("PubSubConnection")),
          new OutgoingCall(
              "Other nodes: do they reach Redis?",
              text(NodePeer.TIMEOUT) + " to connect, as much for the answer",
              "every second, while this node does not reach Redis",
              "the node counts as one that does not either",
              List.of("NodePeer")),
          new OutgoingCall(
              "Key set (JWKS), discovery document of an issuer",
              text(KeyLocation.FETCH_TIMEOUT)
                  + " to connect, again as much until the reply begins, "
                  + text(KeyLocation.FETCH_LIMIT)
                  + " in all",
              "once, then every " + text(RemoteKeys.RETRY) + " in the background",
              "known keys stay in use; without any, tokens are answered with 503",
              List.of("KeySetFetch")),
          new OutgoingCall(
              "Addresses that a discovery document names (DNS)",
              "those of the system's resolver",
              "as above",
              "as above; addresses on another host that are not public are not called",
              List.of("NamedAddresses")),
          new OutgoingCall(
              "Introspection of a token",
              "`broadcasty.issuers.{id}.introspection.timeout` (2 s) in all, and to connect",
              "none; after 5 failures in a row, after 1 s and at growing intervals up to 30 s",
              "tokens of this issuer are answered with 503; others are not concerned",
              List.of("HttpIntrospection")),
          new OutgoingCall(
              "Decisions of a back end",
              "`broadcasty.policy.callback.timeout` (2 s) in all, and to connect",
              "none; after 5 failures in a row, after 1 s and at growing intervals up to 30 s",
              "nothing is allowed that no earlier answer allows",
              List.of("HttpCallbackExchange")),
          new OutgoingCall(
              "FCM, OneSignal, Web Push",
              "`broadcasty.push.….timeout` ("
                  + text(PushConfigKeys.DEFAULT_TIMEOUT)
                  + ") in all, and to connect",
              "with back-off until the notification expires",
              "the dispatch is sent again later",
              List.of("PushHttpClient")),
          new OutgoingCall(
              "APNs",
              "`broadcasty.push.apns.timeout` ("
                  + text(PushConfigKeys.DEFAULT_TIMEOUT)
                  + ") in all, and to connect",
              "with back-off until the notification expires",
              "the dispatch is sent again later",
              List.of("ApnsProvider")),
          new OutgoingCall(
              "Address of an endpoint of Web Push, webhooks or decisions (DNS)",
              "those of the system's resolver; at most "
                  + WebPushProvider.MAX_LOOKUPS
                  + " look-ups at a time of Web Push",
              "with the dispatch",
              "the device is refused, or it is sent again later",
              List.of("EndpointGuard")),
          new OutgoingCall(
              "Webhooks",
              text(HttpWebhookClient.TIMEOUT) + " in all, and to connect",
              "with back-off for a day, then it is dead",
              "other endpoints do not wait for it",
              List.of("HttpWebhookClient")),
          new OutgoingCall(
              "Relay to a provider",
              "`" + ConfigKeys.DRIVER_TIMEOUT.name() + "` (1 s) in all, and to connect",
              "once when the connection broke, within "
                  + text(Duration.ofMillis(ProviderCalls.TIMEOUT_MILLIS)),
              "the next provider, or the publication waits; no publisher waits for it",
              List.of("ProviderHttpClient")),
          new OutgoingCall(
              "Queues and topics of the server (Jakarta Messaging)",
              "those of the server's connection factory",
              "after 100 ms and at growing intervals up to 5 s",
              "messages stay in the queue; nothing else waits for them",
              List.of("JmsConnectors", "JmsSession")),
          new OutgoingCall(
              "Development mode: this server's own ping",
              text(ReadinessWait.TIMEOUT) + " to connect, as much for the answer",
              "until it answers, for " + text(ReadinessWait.LIMIT),
              "the guide is printed",
              List.of("ReadinessWait")),
          new OutgoingCall(
              "Command line (`doctor`): the node of this machine",
              "3 s to connect, as much for the answer",
              "none",
              "it says that no node answers",
              List.of("MachineChecks")),
          new OutgoingCall(
              "Command line: the HTTP API of a server",
              "5 s to connect, 60 s for the answer",
              "none",
              "it says that the server does not answer",
              List.of("AdminApi")));

  private OutgoingCallTable() {}

  /** Returns a duration in its largest whole unit. */
  private static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis % Duration.ofHours(1).toMillis() == 0) {
      return duration.toHours() + " h";
    }
    return millis % 1000 == 0 ? duration.toSeconds() + " s" : millis + " ms";
  }
}
