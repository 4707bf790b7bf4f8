package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.core.lifecycle.ChannelEvent.LossReason;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.metrics.Histogram;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.metrics.Meters;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts and measures the events of a node for its meters. All label values are known in advance.
 */
@ThreadSafe
public final class EventMeters implements RealtimeListener {

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double SECOND_MILLIS = TimeUnit.SECONDS.toMillis(1);
  private static final String HTTP = "http";

  private final EnumTable<PublishResult, Histogram> published =
      new EnumTable<>(PublishResult.class, MeterTable::seconds);
  private final EnumTable<Cause, Histogram> replays =
      new EnumTable<>(Cause.class, MeterTable::seconds);
  private final EnumTable<TransportType, Histogram> outboxes =
      new EnumTable<>(TransportType.class, MeterTable::bytes);
  private final Histogram written = MeterTable.seconds();

  private final EnumTable<TokenFault, LongAdder> refused =
      new EnumTable<>(TokenFault.class, LongAdder::new);
  private final EnumTable<Operation, LongAdder> denied =
      new EnumTable<>(Operation.class, LongAdder::new);
  private final EnumTable<Cause, LongAdder> resumes = new EnumTable<>(Cause.class, LongAdder::new);
  private final EnumTable<LossReason, LongAdder> lost =
      new EnumTable<>(LossReason.class, LongAdder::new);
  private final EnumTable<TransportType, LongAdder> bytesIn =
      new EnumTable<>(TransportType.class, LongAdder::new);
  private final EnumTable<TransportType, LongAdder> bytesOut =
      new EnumTable<>(TransportType.class, LongAdder::new);
  private final LongAdder requestBytes = new LongAdder();
  private final LongAdder subscribed = new LongAdder();
  private final LongAdder unsubscribed = new LongAdder();
  private final LongAdder occupied = new LongAdder();
  private final LongAdder vacated = new LongAdder();
  private final LongAdder joined = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final HttpAnswerCounts answers = new HttpAnswerCounts();

  @Override
  public void onPublished(PublicationEvent.Published event) {
    published.get(event.result()).record(event.durationNanos() / SECOND_NANOS);
  }

  @Override
  public void onWritten(PublicationEvent.Written event) {
    written.record(event.millis() / SECOND_MILLIS);
  }

  @Override
  public void onResumed(ChannelEvent.Resumed event) {
    resumes.get(event.cause()).increment();
    if (event.pages() > 0) {
      replays.get(event.cause()).record(event.durationNanos() / SECOND_NANOS);
    }
  }

  @Override
  public void onPositionLost(ChannelEvent.PositionLost event) {
    lost.get(event.reason()).increment();
  }

  @Override
  public void onDisconnected(ConnectionEvent.Disconnected event) {
    outboxes.get(event.connection().transport()).record((double) event.outboxBytes());
  }

  @Override
  public void onTokenRefused(ConnectionEvent.TokenRefused event) {
    refused.get(event.fault()).increment();
  }

  @Override
  public void onDenied(ConnectionEvent.Denied event) {
    denied.get(event.operation()).increment();
  }

  @Override
  public void onHttpAnswered(ConnectionEvent.HttpAnswered event) {
    answers.count(event.status());
    requestBytes.add(event.requestBytes());
  }

  @Override
  public void onTraffic(ConnectionEvent.Traffic event) {
    bytesIn.get(event.transport()).add(event.bytesIn());
    bytesOut.get(event.transport()).add(event.bytesOut());
  }

  @Override
  public void onSubscribed(ChannelEvent.Subscribed event) {
    subscribed.increment();
  }

  @Override
  public void onUnsubscribed(ChannelEvent.Unsubscribed event) {
    unsubscribed.increment();
  }

  @Override
  public void onOccupied(ChannelEvent.Occupied event) {
    occupied.increment();
  }

  @Override
  public void onVacated(ChannelEvent.Vacated event) {
    vacated.increment();
  }

  @Override
  public void onMemberJoined(ChannelEvent.MemberJoined event) {
    joined.increment();
  }

  @Override
  public void onMemberLeft(ChannelEvent.MemberLeft event) {
    left.increment();
  }

  /**
   * Registers all meters.
   *
   * @param listenerFailures returns how often a listener has thrown
   */
  public void register(Meters meters, LongSupplier listenerFailures) {
    meters.add(new Meter(MeterTable.LISTENER_FAILURES, List.of(), listenerFailures::getAsLong));
    published.forEach(
        (result, histogram) ->
            add(meters, MeterTable.PUBLISH_DURATION, List.of(result.wireName()), histogram));
    add(meters, MeterTable.PUBLISH_TO_WRITE, List.of(), written);
    replays.forEach(
        (cause, histogram) ->
            add(meters, MeterTable.REPLAY_DURATION, List.of(cause.wireName()), histogram));
    outboxes.forEach(
        (transport, histogram) ->
            add(meters, MeterTable.OUTBOX_AT_CLOSE, List.of(transport.wireName()), histogram));
    refused.forEach(
        (fault, count) -> add(meters, MeterTable.TOKENS_REFUSED, fault.wireName(), count));
    denied.forEach(
        (operation, count) -> add(meters, MeterTable.DENIALS, operation.wireName(), count));
    resumes.forEach((cause, count) -> add(meters, MeterTable.RESUMES, cause.wireName(), count));
    lost.forEach(
        (reason, count) -> add(meters, MeterTable.LOST_POSITIONS, reason.wireName(), count));
    add(meters, MeterTable.BYTES_IN, TransportType.WEBSOCKET.wireName(), websocketIn());
    add(meters, MeterTable.BYTES_IN, HTTP, requestBytes);
    bytesOut.forEach(
        (transport, count) -> add(meters, MeterTable.BYTES_OUT, transport.wireName(), count));
    meters.add(new Meter(MeterTable.SUBSCRIPTIONS, List.of(), this::subscriptions));
    add(meters, MeterTable.CHANNEL_EVENTS, "occupied", occupied);
    add(meters, MeterTable.CHANNEL_EVENTS, "vacated", vacated);
    add(meters, MeterTable.MEMBER_EVENTS, "joined", joined);
    add(meters, MeterTable.MEMBER_EVENTS, "left", left);
    answers.register(meters);
  }

  /** Returns the counter of the only transport over which clients send messages. */
  private LongAdder websocketIn() {
    return bytesIn.get(TransportType.WEBSOCKET);
  }

  private double subscriptions() {
    long ended = unsubscribed.sum(); // `ended` is read first, so the result is never negative
    return subscribed.sum() - ended;
  }

  private static void add(Meters meters, MeterFamily family, String label, LongAdder count) {
    meters.add(new Meter(family, List.of(label), count::sum));
  }

  private static void add(
      Meters meters, MeterFamily family, List<String> labels, Histogram histogram) {
    meters.add(new HistogramMeter(family, labels, histogram));
  }
}
