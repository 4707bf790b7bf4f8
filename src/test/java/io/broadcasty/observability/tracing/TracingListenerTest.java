package io.broadcasty.observability.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendEnded;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendStarted;
import io.broadcasty.core.lifecycle.PublicationEvent.FannedOut;
import io.broadcasty.core.lifecycle.PublicationEvent.Place;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.lifecycle.PublicationEvent.Pushed;
import io.broadcasty.core.lifecycle.PublicationEvent.Relayed;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingListenerTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PUBLISHER = "00f067aa0ba902b7";
  private static final Map<String, String> TRACED =
      Map.of("traceparent", "00-" + TRACE + "-" + PUBLISHER + "-01");
  private static final Map<String, String> NOT_SAMPLED =
      Map.of("traceparent", "00-" + TRACE + "-" + PUBLISHER + "-00");
  private static final TenantChannel CHANNEL =
      new TenantChannel(new TenantId("demo"), new ChannelName("private-orders.17"));
  private static final Place PLACE = new Place("e1", 7);
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final ManualTime time = new ManualTime();
  private OpenTelemetrySdk sdk = sdk(Sampler.parentBased(Sampler.alwaysOn()));
  private TracingListener traces = new TracingListener(sdk, time, "node-1");

  private OpenTelemetrySdk sdk(Sampler sampler) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .setSampler(sampler)
                .addSpanProcessor(SimpleSpanProcessor.create(spans))
                .build())
        .build();
  }

  @AfterEach
  void close() {
    sdk.close();
  }

  private static PublicationInfo about(String id, Map<String, String> headers) {
    return new PublicationInfo(CHANNEL, 2, id, headers);
  }

  private SpanData only() {
    assertEquals(1, spans.getFinishedSpanItems().size(), spans.getFinishedSpanItems()::toString);
    return spans.getFinishedSpanItems().get(0);
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + spans.getFinishedSpanItems()));
  }

  private static String text(SpanData span, String attribute) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(attribute)));
  }

  private static long number(SpanData span, String attribute) {
    Long value = span.getAttributes().get(AttributeKey.longKey(attribute));
    return value == null ? -1 : value;
  }

  private void publish(List<PublicationInfo> publications) {
    AppendStarted started = new AppendStarted(publications);
    traces.onAppendStarted(started);
    time.advance(Duration.ofMillis(5));
    traces.onAppendEnded(new AppendEnded(started, 5 * MILLISECOND, null));
    for (PublicationInfo each : publications) {
      traces.onPublished(new Published(each, PublishResult.PUBLISHED, PLACE, 6 * MILLISECOND));
    }
  }

  @Test
  void publishAndStoreSpansBelongToThePublishersTrace() {
    publish(List.of(about("a", TRACED)));
    SpanData publish = span("publish private-*");
    assertEquals(TRACE, publish.getTraceId());
    assertEquals(PUBLISHER, publish.getParentSpanId());
    assertEquals(SpanKind.PRODUCER, publish.getKind());
    assertEquals("broadcasty", text(publish, "messaging.system"));
    assertEquals("publish", text(publish, "messaging.operation.name"));
    assertEquals("send", text(publish, "messaging.operation.type"));
    assertEquals("private-orders.17", text(publish, "messaging.destination.name"));
    assertEquals("private-*", text(publish, "messaging.destination.template"));
    assertEquals("2", text(publish, "messaging.destination.partition.id"));
    assertEquals("a", text(publish, "messaging.message.id"));
    assertEquals("demo", text(publish, "broadcasty.tenant"));
    assertEquals("node-1", text(publish, "broadcasty.node"));
    assertEquals("published", text(publish, "broadcasty.outcome"));
    assertEquals(7, number(publish, "broadcasty.sequence"));
    SpanData store = span("store");
    assertEquals(TRACE, store.getTraceId());
    assertEquals(publish.getSpanId(), store.getParentSpanId());
    assertEquals(1, number(store, "messaging.batch.message_count"));
    assertEquals(5 * MILLISECOND, store.getEndEpochNanos() - store.getStartEpochNanos());
  }

  @Test
  void aBatchIsStoredInOneSpanThatIsLinkedToTheOthers() {
    publish(List.of(about("a", TRACED), about("b", Map.of()), about("c", NOT_SAMPLED)));
    SpanData store = span("store");
    assertEquals(3, number(store, "messaging.batch.message_count"));
    SpanData other =
        spans.getFinishedSpanItems().stream()
            .filter(span -> text(span, "messaging.message.id").equals("b"))
            .findFirst()
            .orElseThrow();
    assertFalse(other.getTraceId().equals(TRACE), "one without a trace begins its own");
    assertFalse(other.getParentSpanContext().isValid());
    assertEquals(
        List.of(other.getSpanId()),
        store.getLinks().stream().map(link -> link.getSpanContext().getSpanId()).toList());
    assertEquals(3, spans.getFinishedSpanItems().size());
  }

  @Test
  void theCurrentSpanOfTheThreadIsNoParent() {
    Span earlier = sdk.getTracer("earlier").spanBuilder("earlier").startSpan();
    try (Scope scope = Context.root().with(earlier).makeCurrent()) {
      assertTrue(Span.current().getSpanContext().isValid(), scope::toString);
      publish(List.of(about("a", Map.of())));
      traces.onPushed(new Pushed("d1", "fcm", "accepted", MILLISECOND));
    }
    assertFalse(span("publish private-*").getParentSpanContext().isValid());
    assertFalse(span("push fcm").getParentSpanContext().isValid());
    earlier.end();
  }

  @Test
  void aDenialIsASeparateSpanAndAFaultAnError() {
    traces.onPublished(
        new Published(about("a", TRACED), PublishResult.DENIED, null, 2 * MILLISECOND));
    assertEquals("denied", text(only(), "broadcasty.outcome"));
    assertEquals(PUBLISHER, only().getParentSpanId());
    assertEquals(StatusCode.UNSET, only().getStatus().getStatusCode());
    spans.reset();
    AppendStarted started = new AppendStarted(List.of(about("a", TRACED)));
    traces.onAppendStarted(started);
    traces.onAppendEnded(new AppendEnded(started, 0, new IllegalStateException("secret")));
    traces.onPublished(new Published(about("a", TRACED), PublishResult.FAILED, null, 0));
    assertEquals(StatusCode.ERROR, span("store").getStatus().getStatusCode());
    assertEquals(
        "java.lang.IllegalStateException",
        span("store").getStatus().getDescription(),
        "a message may hold anything");
    assertEquals(StatusCode.ERROR, span("publish private-*").getStatus().getStatusCode());
  }

  @Test
  void fanOutSpanStartsAtTheAppendAndHasTheCount() {
    long appended = time.nowMillis();
    time.advance(Duration.ofMillis(30));
    traces.onFannedOut(new FannedOut(about("a", TRACED), PLACE, 12, appended));
    SpanData deliver = only();
    assertEquals("deliver private-*", deliver.getName());
    assertEquals(SpanKind.CONSUMER, deliver.getKind());
    assertEquals(TRACE, deliver.getTraceId());
    assertEquals(PUBLISHER, deliver.getParentSpanId());
    assertEquals(PUBLISHER, deliver.getLinks().get(0).getSpanContext().getSpanId());
    assertEquals(12, number(deliver, "broadcasty.subscribers"));
    assertEquals(30 * MILLISECOND, deliver.getEndEpochNanos() - deliver.getStartEpochNanos());
  }

  @Test
  void aStoreClockAheadMakesNoSpanInTheFuture() {
    traces.onFannedOut(new FannedOut(about("a", TRACED), PLACE, 1, time.nowMillis() + 1000));
    assertEquals(only().getStartEpochNanos(), only().getEndEpochNanos());
  }

  @Test
  void makesNoSpanWithoutSamplingOrDelivery() {
    publish(List.of(about("a", NOT_SAMPLED)));
    traces.onFannedOut(new FannedOut(about("a", NOT_SAMPLED), PLACE, 1, time.nowMillis()));
    traces.onFannedOut(new FannedOut(about("a", Map.of()), PLACE, 1, time.nowMillis()));
    traces.onFannedOut(new FannedOut(about("a", TRACED), PLACE, 0, time.nowMillis()));
    traces.onRelayed(new Relayed(List.of(about("a", NOT_SAMPLED)), "pusher", 1, null, 1));
    assertEquals(List.of(), spans.getFinishedSpanItems());
    sdk = sdk(Sampler.alwaysOff());
    traces = new TracingListener(sdk, time, "node-1");
    publish(List.of(about("a", Map.of())));
    assertEquals(List.of(), spans.getFinishedSpanItems());
  }

  @Test
  void ignoresAnInvalidTraceParent() {
    for (String bad : List.of("", "x", "00-" + TRACE + "-01", "00-" + "0".repeat(32) + "-x-01")) {
      Map<String, String> headers = Map.of("traceparent", bad);
      traces.onFannedOut(new FannedOut(about("a", headers), PLACE, 1, time.nowMillis()));
    }
    assertEquals(List.of(), spans.getFinishedSpanItems());
    publish(List.of(about("a", Map.of("traceparent", "x"))));
    assertFalse(span("publish private-*").getParentSpanContext().isValid());
  }

  @Test
  void aRelayIsInTheFirstTraceAndLinkedToAll() {
    String otherTrace = "a".repeat(32);
    Map<String, String> other = Map.of("traceparent", "00-" + otherTrace + "-" + PUBLISHER + "-01");
    traces.onRelayed(
        new Relayed(
            List.of(about("a", Map.of()), about("b", TRACED), about("c", other)),
            "pusher",
            0,
            "timeout",
            MILLISECOND));
    assertEquals("relay pusher", only().getName());
    assertEquals(TRACE, only().getTraceId());
    assertEquals(
        List.of(TRACE, otherTrace),
        only().getLinks().stream().map(link -> link.getSpanContext().getTraceId()).toList());
    assertEquals(3, number(only(), "messaging.batch.message_count"));
    assertEquals(StatusCode.ERROR, only().getStatus().getStatusCode());
  }

  @Test
  void aReplaySpanHasItsPages() {
    ConnectionInfo connection =
        new ConnectionInfo(1, TransportType.SSE, CHANNEL.tenant(), "ann", null);
    traces.onResumed(
        new ChannelEvent.Resumed(
            connection, CHANNEL, 0, ChannelEvent.Cause.POSITION, 0, 0, MILLISECOND));
    traces.onResumed(
        new ChannelEvent.Resumed(
            connection, CHANNEL, 0, ChannelEvent.Cause.POSITION, 2, 150, MILLISECOND));
    assertEquals("replay private-*", only().getName());
    assertEquals(150, number(only(), "messaging.batch.message_count"));
    assertEquals(2, number(only(), "broadcasty.replay.pages"));
    assertFalse(only().getAttributes().toString().contains("ann"));
  }

  @Test
  void makesNoSpanForAPushThatWasNotSent() {
    traces.onPushed(new Pushed("d1", "fcm", "expired", 0));
    traces.onPushed(new Pushed("d2", "fcm", "accepted", MILLISECOND));
    assertEquals("d2", text(only(), "messaging.message.id"));
    assertEquals("accepted", text(only(), "broadcasty.outcome"));
  }

  @Test
  void openSpansAreBounded() {
    for (int i = 0; i < 10_050; i++) {
      traces.onAppendStarted(new AppendStarted(List.of(about("id" + i, TRACED))));
    }
    traces.onPublished(
        new Published(about("id10049", TRACED), PublishResult.PUBLISHED, PLACE, MILLISECOND));
    assertEquals(PUBLISHER, only().getParentSpanId());
  }
}
