package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PusherChannel;
import io.broadcasty.wire.PusherCommand;
import io.broadcasty.wire.PusherData;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of a client to the other subscribers of a channel: ephemeral publications,
 * which no channel keeps.
 */
@ThreadSafe
final class ClientEvents {

  private static final System.Logger LOG = System.getLogger(ClientEvents.class.getName());

  /** The most events of a connection in a second. */
  private static final int MAX_PER_SECOND = 10;

  private final PusherSession session;
  private final SessionContext context;

  @SuppressWarnings("ThreadSafe") // called by any thread
  private final AppEvents events;

  private final String socketId;

  @GuardedBy("this")
  private long secondNanos;

  @GuardedBy("this")
  private int inSecond;

  ClientEvents(PusherSession session, SessionContext context, AppEvents events, String socketId) {
    this.session = session;
    this.context = context;
    this.events = events;
    this.socketId = socketId;
    this.secondNanos = context.ticker().readNanos();
  }

  void send(ChannelCommands channels, PusherCommand.ClientEvent event) {
    String refusal = refusal(event);
    if (refusal != null) {
      reject(refusal);
      return;
    }
    try {
      ChannelName channel = PusherChannel.toChannel(event.channel());
      Caller caller = channels.subscriber(channel);
      boolean open =
          (channel.kind() == ChannelName.Kind.PRIVATE && UserChannel.user(channel) == null)
              || channel.kind() == ChannelName.Kind.PRESENCE;
      if (caller == null || !open) {
        reject("subscribe to the private or presence channel first");
        return;
      }
      boolean present = channel.kind() == ChannelName.Kind.PRESENCE;
      publish(caller, channel, event, new Origin(present ? caller.subject() : null, socketId));
    } catch (InvalidChannelException e) {
      reject(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String refusal(PusherCommand.ClientEvent event) {
    if (!session.app().clientEvents()) {
      return "the app does not allow client events";
    }
    if (event.payload().getBytes(StandardCharsets.UTF_8).length > session.app().maxDataBytes()) {
      return "the data of a client event may have at most "
          + session.app().maxDataBytes()
          + " bytes";
    }
    return isTooMany()
        ? "a connection may send at most " + MAX_PER_SECOND + " client events in a second"
        : null;
  }

  private synchronized boolean isTooMany() {
    long now = context.ticker().readNanos();
    if (now - secondNanos >= TimeUnit.SECONDS.toNanos(1)) {
      secondNanos = now;
      inSecond = 0;
    }
    return ++inSecond > MAX_PER_SECOND;
  }

  private void publish(
      Caller caller, ChannelName channel, PusherCommand.ClientEvent event, Origin origin) {
    Message message =
        new Message(event.payload(), null, event.event(), null, null, Headers.NONE, origin);
    var unused =
        context
            .publish()
            .publish(caller, List.of(new PublishRequest(channel, null, null, message, true)))
            .whenComplete(
                (outcomes, failure) -> {
                  if (outcomes == null) {
                    LOG.log(Level.ERROR, "Publish failed unexpectedly", failure);
                    reject("an internal error occurred");
                    return;
                  }
                  Problem problem = ProblemMapper.problem(outcomes.get(0));
                  if (problem == null) {
                    events.onClientEvent(
                        new TenantChannel(session.app().tenant(), channel),
                        event.event(),
                        PusherData.data(event.payload()),
                        socketId,
                        origin.sender());
                  } else {
                    reject(problem.detail());
                  }
                });
  }

  private void reject(String reason) {
    session.send(PusherFrames.error(PusherCloseCodes.CLIENT_EVENT_REJECTED, reason));
  }
}
