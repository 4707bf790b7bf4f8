package io.broadcasty.transport.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherChannel;
import io.broadcasty.wire.PusherData;
import io.broadcasty.wire.PusherReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishes the events of a back end: one publication for each channel. */
@ThreadSafe
final class EventPublisher {

  private final PublishService publish;

  EventPublisher(PublishService publish) {
    this.publish = publish;
  }

  /**
   * Publishes events.
   *
   * @return the outcomes, of each channel of each event
   * @throws ProblemException when a channel is not valid; nothing is published then
   */
  CompletableFuture<List<PublishOutcome>> publish(Caller caller, List<PusherReader.Event> events)
      throws ProblemException {
    List<PublishRequest> requests = new ArrayList<>();
    for (PusherReader.Event event : events) {
      Message message =
          new Message(
              PusherData.payload(event.data()),
              null,
              event.name(),
              null,
              null,
              Headers.NONE,
              new Origin(null, event.socketId()));
      for (String name : event.channels()) {
        ChannelName channel = channel(name);
        if (channel.kind() == ChannelName.Kind.ENCRYPTED && event.channels().size() > 1) {
          throw new ProblemException(
              Code.INVALID_REQUEST,
              "an event on an encrypted channel has one channel, whose key encrypts it");
        }
        requests.add(new PublishRequest(channel, null, null, message));
      }
    }
    return publish.publish(caller, requests).toCompletableFuture();
  }

  /** Returns the channel of a name in the Pusher protocol. */
  static ChannelName channel(String name) throws ProblemException {
    try {
      return PusherChannel.toChannel(name);
    } catch (InvalidChannelException e) {
      throw new ProblemException(ProblemMapper.invalidChannel(e));
    }
  }
}
