package io.broadcasty.observability.tracing;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendEnded;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendStarted;
import io.broadcasty.core.lifecycle.PublicationEvent.FannedOut;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.lifecycle.PublicationEvent.Pushed;
import io.broadcasty.core.lifecycle.PublicationEvent.Relayed;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.WallClock;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans for publications, named and described by OpenTelemetry's semantic conventions for
 * messaging (1.40).
 *
 * <p>A publication belongs to the trace in its header {@code traceparent}. The header is kept as
 * the publisher sent it, so every node finds the same trace. A publication without one, or whose
 * trace is not sampled, makes no span on the nodes that deliver it.
 *
 * <p>This is the only class that references OpenTelemetry's types, and it is no bean: a server
 * without them never loads it. Spans begin at the root context, never at the thread's current one,
 * which on some servers is that of an earlier request.
 */
final class TracingListener implements RealtimeListener {

  private static final String SCOPE = "io.broadcasty";

  /** The maximum of publications whose span is open until they are answered. */
  private static final int MAX_OPEN_SPANS = 10_000;

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> TEMPLATE =
      AttributeKey.stringKey("messaging.destination.template");
  private static final AttributeKey<String> PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  private static final AttributeKey<String> MESSAGE_ID =
      AttributeKey.stringKey("messaging.message.id");
  private static final AttributeKey<Long> COUNT =
      AttributeKey.longKey("messaging.batch.message_count");
  private static final AttributeKey<String> TENANT = AttributeKey.stringKey("broadcasty.tenant");
  private static final AttributeKey<String> NODE = AttributeKey.stringKey("broadcasty.node");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("broadcasty.outcome");
  private static final AttributeKey<Long> SEQUENCE = AttributeKey.longKey("broadcasty.sequence");
  private static final AttributeKey<Long> SUBSCRIBERS =
      AttributeKey.longKey("broadcasty.subscribers");
  private static final AttributeKey<Long> PAGES = AttributeKey.longKey("broadcasty.replay.pages");

  private record Key(TenantChannel channel, String id) {}

  private final Tracer tracer;
  private final WallClock clock;
  private final String node;
  private final Map<Key, Span> openSpans = new ConcurrentHashMap<>();

  TracingListener(OpenTelemetry openTelemetry, WallClock clock, String node) {
    this.tracer = openTelemetry.getTracer(SCOPE);
    this.clock = clock;
    this.node = node;
  }

  /** Creates a listener with the server's OpenTelemetry; null when that is disabled. */
  static @Nullable RealtimeListener ofServer(WallClock clock, String node) {
    Instance<OpenTelemetry> found = CDI.current().select(OpenTelemetry.class);
    if (!found.isResolvable()) {
      return null;
    }
    OpenTelemetry openTelemetry = found.get();
    boolean idle = openTelemetry.getTracerProvider() == TracerProvider.noop();
    return idle ? null : new TracingListener(openTelemetry, clock, node);
  }

  @Override
  public void onAppendStarted(AppendStarted event) {
    for (PublicationInfo publication : event.publications()) {
      if (TraceParent.isDropped(publication.headers())
          || publication.id() == null
          || openSpans.size() >= MAX_OPEN_SPANS) {
        continue;
      }
      Span span = publish(publication, clock.nowMillis());
      if (span.isRecording()) {
        Span other = openSpans.put(key(publication), span);
        if (other != null) {
          other.end(); // of a publication with the same id at the same time
        }
      }
    }
  }

  @Override
  public void onAppendEnded(AppendEnded event) {
    List<PublicationInfo> publications = event.started().publications();
    SpanBuilder builder = null;
    for (PublicationInfo publication : publications) {
      Span publish = publication.id() == null ? null : openSpans.get(key(publication));
      if (publish == null) {
        continue;
      }
      if (builder == null) {
        builder = tracer.spanBuilder("store").setParent(Context.root().with(publish));
      } else {
        builder.addLink(publish.getSpanContext());
      }
    }
    if (builder == null) {
      return;
    }
    Throwable failure = event.failure();
    Span span =
        started(builder.setSpanKind(SpanKind.CLIENT), event.durationNanos())
            .setAttribute(COUNT, (long) publications.size());
    if (failure != null) {
      span.setStatus(StatusCode.ERROR, failure.getClass().getName());
    }
    end(span);
  }

  @Override
  public void onPublished(Published event) {
    PublicationInfo publication = event.publication();
    Span span = publication.id() == null ? null : openSpans.remove(key(publication));
    if (span == null) {
      if (TraceParent.isDropped(publication.headers())) {
        return;
      }
      span =
          publish(
              publication,
              clock.nowMillis() - TimeUnit.NANOSECONDS.toMillis(event.durationNanos()));
    }
    if (span.isRecording()) {
      span.setAttribute(OUTCOME, event.result().wireName());
      if (event.place() != null) {
        span.setAttribute(PARTITION, String.valueOf(publication.partition()))
            .setAttribute(SEQUENCE, event.place().sequence());
      }
      if (isFault(event.result())) {
        span.setStatus(StatusCode.ERROR, event.result().wireName());
      }
    }
    end(span);
  }

  @Override
  public boolean observesFanout() {
    return true;
  }

  /**
   * Makes a span from the append until the subscribers' event loops have the publication; none
   * without subscribers.
   */
  @Override
  public void onFannedOut(FannedOut event) {
    PublicationInfo publication = event.publication();
    if (event.subscribers() == 0 || !TraceParent.isSampled(publication.headers())) {
      return;
    }
    Context context = TraceParent.context(publication.headers());
    long now = clock.nowMillis();
    Span span =
        describe(tracer.spanBuilder(named("deliver", publication)), publication, "deliver")
            .setAttribute(OPERATION_TYPE, "process")
            .setParent(context)
            .addLink(Span.fromContext(context).getSpanContext())
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(Math.min(event.timeMillis(), now), TimeUnit.MILLISECONDS)
            .startSpan();
    span.setAttribute(PARTITION, String.valueOf(publication.partition()))
        .setAttribute(SEQUENCE, event.place().sequence())
        .setAttribute(SUBSCRIBERS, (long) event.subscribers());
    end(span);
  }

  /** Makes a span for a finished replay, with a trace of its own. */
  @Override
  public void onResumed(ChannelEvent.Resumed event) {
    if (event.pages() == 0) {
      return;
    }
    TenantChannel channel = event.channel();
    SpanBuilder builder =
        tracer
            .spanBuilder("replay " + destinationTemplate(channel))
            .setNoParent()
            .setSpanKind(SpanKind.INTERNAL)
            .setAttribute(SYSTEM, "broadcasty")
            .setAttribute(OPERATION, "replay")
            .setAttribute(OPERATION_TYPE, "receive")
            .setAttribute(TENANT, channel.tenant().toString())
            .setAttribute(DESTINATION, channel.name().value())
            .setAttribute(TEMPLATE, destinationTemplate(channel))
            .setAttribute(PARTITION, String.valueOf(event.partition()));
    end(
        started(builder, event.durationNanos())
            .setAttribute(COUNT, (long) event.publications())
            .setAttribute(PAGES, (long) event.pages()));
  }

  @Override
  public void onRelayed(Relayed event) {
    SpanBuilder builder = null;
    for (PublicationInfo publication : event.publications()) {
      if (!TraceParent.isSampled(publication.headers())) {
        continue;
      }
      Context context = TraceParent.context(publication.headers());
      if (builder == null) {
        builder =
            describe(tracer.spanBuilder("relay " + event.provider()), publication, "relay")
                .setAttribute(OPERATION_TYPE, "send")
                .setSpanKind(SpanKind.CLIENT)
                .setParent(context);
      }
      builder.addLink(Span.fromContext(context).getSpanContext());
    }
    if (builder == null) {
      return;
    }
    Span span =
        started(builder, event.durationNanos())
            .setAttribute(COUNT, (long) event.publications().size());
    if (event.failure() != null) {
      span.setStatus(StatusCode.ERROR, event.failure());
    }
    end(span);
  }

  @Override
  public void onPushed(Pushed event) {
    if (event.durationNanos() == 0) {
      return; // the push service was not called
    }
    SpanBuilder builder =
        tracer
            .spanBuilder("push " + event.service())
            .setNoParent()
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(SYSTEM, "broadcasty")
            .setAttribute(OPERATION, "push")
            .setAttribute(OPERATION_TYPE, "send")
            .setAttribute(MESSAGE_ID, event.dispatchId());
    end(started(builder, event.durationNanos()).setAttribute(OUTCOME, event.outcome()));
  }

  private Span publish(PublicationInfo publication, long startMillis) {
    return describe(tracer.spanBuilder(named("publish", publication)), publication, "publish")
        .setAttribute(OPERATION_TYPE, "send")
        .setSpanKind(SpanKind.PRODUCER)
        .setParent(TraceParent.context(publication.headers()))
        .setStartTimestamp(startMillis, TimeUnit.MILLISECONDS)
        .startSpan();
  }

  private SpanBuilder describe(SpanBuilder builder, PublicationInfo publication, String operation) {
    TenantChannel channel = publication.channel();
    builder
        .setAttribute(SYSTEM, "broadcasty")
        .setAttribute(OPERATION, operation)
        .setAttribute(TENANT, channel.tenant().toString())
        .setAttribute(DESTINATION, channel.name().value())
        .setAttribute(TEMPLATE, destinationTemplate(channel));
    if (publication.id() != null) {
      builder.setAttribute(MESSAGE_ID, publication.id());
    }
    return builder;
  }

  /** Starts a span in the past, by its duration so far. */
  private Span started(SpanBuilder builder, long durationNanos) {
    long startMillis = clock.nowMillis() - TimeUnit.NANOSECONDS.toMillis(durationNanos);
    return builder.setStartTimestamp(startMillis, TimeUnit.MILLISECONDS).startSpan();
  }

  private void end(Span span) {
    span.setAttribute(NODE, node);
    span.end(clock.nowMillis(), TimeUnit.MILLISECONDS);
  }

  private static Key key(PublicationInfo publication) {
    return new Key(publication.channel(), String.valueOf(publication.id()));
  }

  private static boolean isFault(PublishResult result) {
    return result == PublishResult.UNAVAILABLE || result == PublishResult.FAILED;
  }

  private static String named(String operation, PublicationInfo publication) {
    return operation + " " + destinationTemplate(publication.channel());
  }

  /** Returns the prefix of the channel's kind: names of spans must have few distinct values. */
  private static String destinationTemplate(TenantChannel channel) {
    ChannelName.Kind kind = channel.name().kind();
    return kind.prefix().isEmpty() ? kind.name().toLowerCase(Locale.ROOT) : kind.prefix() + "*";
  }
}
