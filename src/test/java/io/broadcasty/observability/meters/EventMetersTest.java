package io.broadcasty.observability.meters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.core.lifecycle.ChannelEvent.LossReason;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventMetersTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantChannel CHANNEL =
      new TenantChannel(ACME, new ChannelName("orders.eu"));
  private static final ConnectionInfo ANN =
      new ConnectionInfo(1, TransportType.SSE, ACME, "ann", null);

  private final PrometheusMeters shown = new PrometheusMeters();
  private final EventMeters meters = new EventMeters();

  @BeforeEach
  void show() {
    meters.register(shown, () -> 4);
  }

  @AfterEach
  void close() {
    shown.close();
  }

  private void assertShown(String... lines) {
    String text = shown.text();
    for (String line : lines) {
      assertTrue(text.contains("\n" + line + "\n"), () -> line + " is not in " + text);
    }
  }

  @Test
  void aPublicationIsTimedByItsOutcome() {
    PublicationEvent.PublicationInfo about =
        new PublicationEvent.PublicationInfo(CHANNEL, 0, null, Map.of());
    meters.onPublished(
        new PublicationEvent.Published(
            about, PublishResult.DENIED, null, Duration.ofMillis(30).toNanos()));
    meters.onWritten(new PublicationEvent.Written(250));
    assertShown(
        "broadcasty_publish_duration_seconds_bucket{outcome=\"denied\",le=\"0.025\"} 0",
        "broadcasty_publish_duration_seconds_bucket{outcome=\"denied\",le=\"0.05\"} 1",
        "broadcasty_publish_duration_seconds_sum{outcome=\"denied\"} 0.03",
        "broadcasty_publish_duration_seconds_count{outcome=\"published\"} 0",
        "broadcasty_publish_to_write_seconds_bucket{le=\"0.1\"} 0",
        "broadcasty_publish_to_write_seconds_bucket{le=\"0.25\"} 1");
  }

  @Test
  void aReplayIsTimedWhenThereWasSomethingToRead() {
    meters.onResumed(resumed(Cause.POSITION, 2));
    meters.onResumed(resumed(Cause.POSITION, 0));
    meters.onResumed(resumed(Cause.GAP, 1));
    meters.onPositionLost(new ChannelEvent.PositionLost(ANN, CHANNEL, 0, LossReason.TRIMMED, 1, 5));
    assertShown(
        "broadcasty_resumes_total{cause=\"position\"} 2.0",
        "broadcasty_resumes_total{cause=\"gap\"} 1.0",
        "broadcasty_replay_duration_seconds_count{cause=\"position\"} 1",
        "broadcasty_replay_duration_seconds_sum{cause=\"position\"} 2.0",
        "broadcasty_replay_duration_seconds_count{cause=\"gap\"} 1",
        "broadcasty_lost_positions_total{reason=\"trimmed\"} 1.0",
        "broadcasty_lost_positions_total{reason=\"epoch\"} 0.0");
  }

  private static ChannelEvent.Resumed resumed(Cause cause, int pages) {
    return new ChannelEvent.Resumed(
        ANN, CHANNEL, 0, cause, pages, 7, Duration.ofSeconds(2).toNanos());
  }

  @Test
  void countsRefusalsByReason() {
    meters.onTokenRefused(new ConnectionEvent.TokenRefused(TokenFault.EXPIRED, "expired", null));
    meters.onDenied(
        new ConnectionEvent.Denied(ACME, "ann", Operation.REPLAY, ChannelName.Kind.PRIVATE, null));
    assertShown(
        "broadcasty_tokens_refused_total{reason=\"expired\"} 1.0",
        "broadcasty_tokens_refused_total{reason=\"missing\"} 0.0",
        "broadcasty_denials_total{action=\"replay\"} 1.0",
        "broadcasty_denials_total{action=\"publish\"} 0.0",
        "broadcasty_listener_failures_total 4.0");
  }

  @Test
  void bytesAndSubscriptionsAreAddedUp() {
    meters.onTraffic(new ConnectionEvent.Traffic(TransportType.WEBSOCKET, 10, 200));
    meters.onTraffic(new ConnectionEvent.Traffic(TransportType.WEBSOCKET, 1, 2));
    meters.onTraffic(new ConnectionEvent.Traffic(TransportType.SSE, 0, 30));
    meters.onSubscribed(new ChannelEvent.Subscribed(ANN, "a"));
    meters.onSubscribed(new ChannelEvent.Subscribed(ANN, "b"));
    meters.onUnsubscribed(new ChannelEvent.Unsubscribed(ANN, "a"));
    meters.onDisconnected(new ConnectionEvent.Disconnected(ANN, null, "gone", 1, 30, 5_000));
    assertShown(
        "broadcasty_received_bytes_total{transport=\"websocket\"} 11.0",
        "broadcasty_sent_bytes_total{transport=\"websocket\"} 202.0",
        "broadcasty_sent_bytes_total{transport=\"sse\"} 30.0",
        "broadcasty_subscriptions 1.0",
        "broadcasty_outbox_bytes_at_close_bucket{transport=\"sse\",le=\"4096.0\"} 0",
        "broadcasty_outbox_bytes_at_close_bucket{transport=\"sse\",le=\"16384.0\"} 1");
  }

  @Test
  void countsAnswersByStatus() {
    int[] statuses = {200, 200, 503, 418, 431, 999, 0};
    for (int status : statuses) {
      meters.onHttpAnswered(new ConnectionEvent.HttpAnswered(status, 10));
    }
    assertShown(
        "broadcasty_http_answers_total{class=\"2xx\",code=\"200\"} 2.0",
        "broadcasty_http_answers_total{class=\"5xx\",code=\"503\"} 1.0",
        "broadcasty_http_answers_total{class=\"4xx\",code=\"other\"} 2.0",
        "broadcasty_http_answers_total{class=\"5xx\",code=\"other\"} 1.0",
        "broadcasty_http_answers_total{class=\"1xx\",code=\"other\"} 1.0",
        "broadcasty_received_bytes_total{transport=\"http\"} 70.0");
    long all =
        shown
            .text()
            .lines()
            .filter(line -> line.startsWith("broadcasty_http_answers_total{"))
            .mapToLong(line -> (long) Double.parseDouble(line.replaceAll(".* ", "")))
            .sum();
    assertEquals(statuses.length, all);
  }
}
