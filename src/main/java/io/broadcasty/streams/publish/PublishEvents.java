package io.broadcasty.streams.publish;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendEnded;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendStarted;
import io.broadcasty.core.lifecycle.PublicationEvent.Place;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.PublishRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Notifies the lifecycle listener of the publications of one request. */
record PublishEvents(RealtimeListener listener, Ticker ticker, Caller caller, long startedNanos) {

  static PublishEvents begin(RealtimeListener listener, Ticker ticker, Caller caller) {
    return new PublishEvents(listener, ticker, caller, ticker.readNanos());
  }

  void denied(PublishRequest request) {
    listener.onDenied(
        new Denied(
            caller.tenant(),
            caller.subject(),
            Operation.PUBLISH,
            request.channel().kind(),
            caller.address()));
  }

  AppendStarted appendStarted(List<Envelope> envelopes) {
    AppendStarted started =
        new AppendStarted(envelopes.stream().map(PublishEvents::describe).toList());
    listener.onAppendStarted(started);
    return started;
  }

  void appendEnded(AppendStarted started, long sinceNanos, @Nullable Throwable failure) {
    listener.onAppendEnded(new AppendEnded(started, ticker.readNanos() - sinceNanos, failure));
  }

  /**
   * Reports the result of each publication of the request.
   *
   * @param outcomes those of the requests; null when the broker failed
   */
  void ended(List<PublishRequest> requests, @Nullable List<PublishOutcome> outcomes) {
    long nanos = ticker.readNanos() - startedNanos;
    for (int i = 0; i < requests.size(); i++) {
      PublishOutcome outcome = outcomes == null ? null : outcomes.get(i);
      Position position =
          outcome instanceof PublishOutcome.Published published
              ? published.appended().position()
              : null;
      if (outcome instanceof PublishOutcome.TooManyChannels) {
        listener.onLimitReached(
            new LimitReached(
                LimitReached.CHANNEL_QUOTA,
                caller.tenant(),
                caller.subject(),
                null,
                caller.address()));
      }
      listener.onPublished(
          new Published(
              describe(requests.get(i), position, outcome),
              result(outcome),
              position == null ? null : new Place(position.epoch(), position.sequence()),
              nanos));
    }
  }

  private PublicationInfo describe(
      PublishRequest request, @Nullable Position position, @Nullable PublishOutcome outcome) {
    String id = request.id();
    if (outcome instanceof PublishOutcome.Published published) {
      id = published.id();
    } else if (outcome instanceof PublishOutcome.Queued queued) {
      id = queued.id();
    } else if (outcome instanceof PublishOutcome.Announced announced) {
      id = announced.id();
    }
    return new PublicationInfo(
        new TenantChannel(caller.tenant(), request.channel()),
        position == null ? 0 : position.partition(),
        id,
        headers(request.message()));
  }

  private static PublicationInfo describe(Envelope envelope) {
    return new PublicationInfo(
        envelope.channel(), envelope.partition(), envelope.id(), headers(envelope.message()));
  }

  private static Map<String, String> headers(Message message) {
    return message.headers().isEmpty() ? Map.of() : message.headers().toMap();
  }

  private static PublishResult result(@Nullable PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Published published) {
      return published.appended().duplicate() ? PublishResult.DUPLICATE : PublishResult.PUBLISHED;
    }
    if (outcome instanceof PublishOutcome.Announced) {
      return PublishResult.EPHEMERAL;
    }
    if (outcome instanceof PublishOutcome.Queued) {
      return PublishResult.QUEUED;
    }
    if (outcome instanceof PublishOutcome.Denied) {
      return PublishResult.DENIED;
    }
    if (outcome instanceof PublishOutcome.Throttled
        || outcome instanceof PublishOutcome.TooManyChannels) {
      return PublishResult.THROTTLED;
    }
    return outcome == null || outcome instanceof PublishOutcome.Rejected
        ? PublishResult.FAILED
        : PublishResult.UNAVAILABLE;
  }
}
