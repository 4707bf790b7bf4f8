package io.broadcasty.lifecycle;

import io.broadcasty.channel.TenantChannel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to publications on their way. */
public sealed interface PublicationEvent extends LifecycleEvent {

  /**
   * What events tell of a publication.
   *
   * @param partition 0 as long as it has none
   * @param id null when it was refused before it was given one
   * @param headers what came with it, the trace context ({@code traceparent}) among them
   */
  record About(
      TenantChannel channel, int partition, @Nullable String id, Map<String, String> headers) {

    public About {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * A place in a partition.
   *
   * @param sequence from 1
   */
  record Place(String epoch, long sequence) {}

  /**
   * A publication that a caller asked for has been answered.
   *
   * @param place where it stands; null unless it was published, or is a duplicate of one that was
   * @param durationNanos from when the use case was asked until the store had answered
   */
  record Published(
      About publication, PublishResult result, @Nullable Place place, long durationNanos)
      implements PublicationEvent {}

  /** How a publication may end; a label of meters. */
  enum PublishResult {
    /** It stands in the stream. */
    PUBLISHED("published"),
    /** It had been published before. */
    DUPLICATE("duplicate"),
    /** It waits for its stream. */
    QUEUED("queued"),
    /** The policy said no. */
    DENIED("denied"),
    /** A rate limit said no. */
    THROTTLED("throttled"),
    /** The store could not take it. */
    UNAVAILABLE("unavailable"),
    /** The store failed; it may have been published all the same. */
    FAILED("failed");

    private final String word;

    PublishResult(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }

  /**
   * Publications are handed to the store together. The object itself ties {@link AppendEnded} to
   * it.
   */
  record AppendStarted(List<About> publications) implements PublicationEvent {}

  /**
   * The store has answered.
   *
   * @param failure what it failed with; null when it answered, be it that it cannot take them now
   */
  record AppendEnded(AppendStarted started, long durationNanos, @Nullable Throwable failure)
      implements PublicationEvent {}

  /**
   * A publication has been announced here, whichever node appended it, and given to the lanes of
   * this node's subscribers.
   *
   * @param subscribers how many connections of this node get it; may be 0
   * @param timeMillis when it was appended, by the clock that the store goes by, since the epoch
   */
  record FannedOut(About publication, Place place, int subscribers, long timeMillis)
      implements PublicationEvent {}

  /**
   * A sample: how long one publication of some took from the store to the subscribers of one lane,
   * whose connections had begun to write it.
   *
   * @param millis since it was appended, by the clocks of the node that did and of this one; not
   *     below 0
   */
  record Written(long millis) implements PublicationEvent {}

  /**
   * Publications are relayed through another provider from now on.
   *
   * @param from null when none was healthy before
   * @param to null when none is healthy now
   * @param reason for people
   */
  record ProviderSwitched(@Nullable String from, @Nullable String to, String reason)
      implements PublicationEvent {}

  /**
   * A provider will never take a publication of the channel. Told once a channel and reason.
   *
   * @param reason for people
   */
  record RelayRejected(TenantChannel channel, String provider, String reason)
      implements PublicationEvent {}

  /**
   * Publications of one channel were sent to a provider in one request.
   *
   * @param publications those that were taken, in order; else the first of those that were sent
   * @param provider its name: {@code pusher}
   * @param accepted how many of the first the provider has taken; 0 when it refused the first one
   *     or failed
   * @param failure what went wrong; null when nothing did
   */
  record Relayed(
      List<About> publications,
      String provider,
      int accepted,
      @Nullable String failure,
      long durationNanos)
      implements PublicationEvent {}

  /**
   * A notification was sent to a device, or will not be.
   *
   * @param dispatchId names the notification to this device
   * @param service the push service: {@code fcm}
   * @param outcome what came of it: {@code accepted}
   * @param durationNanos how long the service took; 0 when it was not asked
   */
  record Pushed(String dispatchId, String service, String outcome, long durationNanos)
      implements PublicationEvent {}
}
