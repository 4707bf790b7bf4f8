package io.broadcasty.core.lifecycle;

import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events of publications, from the request to relays and push. */
public sealed interface PublicationEvent extends LifecycleEvent {

  /**
   * The description of a publication in events.
   *
   * @param partition 0 until it has been assigned
   * @param id null when the publication was refused before it was given one
   * @param headers its headers, including the trace context ({@code traceparent})
   */
  record PublicationInfo(
      TenantChannel channel, int partition, @Nullable String id, Map<String, String> headers) {

    public PublicationInfo {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * A publication's place in a partition.
   *
   * @param sequence from 1
   */
  record Place(String epoch, long sequence) {}

  /**
   * A caller's request to publish has been answered.
   *
   * @param place the publication's place; null unless it was published, or is a duplicate of one
   *     that was
   * @param durationNanos from the call of the use case to the store's answer
   */
  record Published(
      PublicationInfo publication, PublishResult result, @Nullable Place place, long durationNanos)
      implements PublicationEvent {}

  /** The result of a publish request; a label of meters. */
  enum PublishResult {
    /** The publication is in the stream. */
    PUBLISHED("published"),
    /** The publication had been published before. */
    DUPLICATE("duplicate"),
    /** The publication was delivered without being kept. */
    EPHEMERAL("ephemeral"),
    /** The publication waits until its stream can be reached. */
    QUEUED("queued"),
    /** The policy denied it. */
    DENIED("denied"),
    /** A rate limit, or the tenant's quota of channels, refused it. */
    THROTTLED("throttled"),
    /** The store could not accept it. */
    UNAVAILABLE("unavailable"),
    /** The store failed; the publication may have been published nevertheless. */
    FAILED("failed");

    private final String wireName;

    PublishResult(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the value of the metric label. */
    public String wireName() {
      return wireName;
    }
  }

  /** Publications are passed to the store together. {@link AppendEnded} refers to this instance. */
  record AppendStarted(List<PublicationInfo> publications) implements PublicationEvent {}

  /**
   * The store has answered an append.
   *
   * @param failure the store's failure; null when it answered, also when it cannot accept
   *     publications now
   */
  record AppendEnded(AppendStarted started, long durationNanos, @Nullable Throwable failure)
      implements PublicationEvent {}

  /**
   * A publication has been announced on this node, whichever node appended it, and passed to the
   * event loops of this node's subscribers.
   *
   * @param subscribers the number of this node's connections that get it; may be 0
   * @param timeMillis when it was appended, by the store's clock, in milliseconds since the epoch
   */
  record FannedOut(PublicationInfo publication, Place place, int subscribers, long timeMillis)
      implements PublicationEvent {}

  /**
   * A sample of the delivery latency: how long a publication took from the store to the subscribers
   * of one event loop, whose connections had begun to write it.
   *
   * @param millis time since it was appended, by the clocks of the appending node and this one; at
   *     least 0
   */
  record Written(long millis) implements PublicationEvent {}

  /**
   * Publications are relayed through another provider from now on.
   *
   * @param from null when none was healthy before
   * @param to null when none is healthy now
   * @param reason a sentence for people
   */
  record ProviderSwitched(@Nullable String from, @Nullable String to, String reason)
      implements PublicationEvent {}

  /**
   * A provider has permanently rejected a publication of the channel. Reported once for each
   * channel and reason.
   *
   * @param reason a sentence for people
   */
  record RelayRejected(TenantChannel channel, String provider, String reason)
      implements PublicationEvent {}

  /**
   * Publications of one channel were sent to a provider in one request.
   *
   * @param publications the accepted ones, in order; if there are none, the first of those sent
   * @param provider its name: {@code pusher}
   * @param accepted how many of the first the provider has accepted; 0 when it refused the first
   *     one or failed
   * @param failure what went wrong; null when nothing did
   */
  record Relayed(
      List<PublicationInfo> publications,
      String provider,
      int accepted,
      @Nullable String failure,
      long durationNanos)
      implements PublicationEvent {}

  /**
   * A notification was sent to a device, or will not be sent.
   *
   * @param dispatchId identifies the notification to this device
   * @param service the push service: {@code fcm}
   * @param outcome the result: {@code accepted}
   * @param durationNanos how long the service took; 0 when it was not called
   */
  record Pushed(String dispatchId, String service, String outcome, long durationNanos)
      implements PublicationEvent {}
}
