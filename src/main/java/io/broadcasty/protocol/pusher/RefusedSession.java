package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;

/** A connection that is told why it is refused, and closed. */
@ThreadSafe
final class RefusedSession extends MessageSession {

  private final int code;

  RefusedSession(SessionContext context, Transport transport, int code) {
    super(context, transport);
    this.code = code;
    opened();
    end(Problem.of(Code.INVALID_REQUEST, reason(code)));
  }

  private static String reason(int code) {
    return switch (code) {
      case PusherCloseCodes.UNKNOWN_APP -> "there is no app with this key";
      case PusherCloseCodes.INVALID_VERSION -> "`protocol` must be a number";
      case PusherCloseCodes.NO_VERSION -> "the parameter `protocol` is missing";
      default -> "this server speaks the versions 5 to 7 of the protocol";
    };
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return PusherFrames.error(code, problem.detail());
  }

  @Override
  public void onText(String text) {}

  @Override
  public void sendPublication(EncodedPublication publication) {}

  @Override
  public void sendLost(ChannelName channel, LostPosition lost) {}

  @Override
  public void sendPresence(EncodedPresence change) {}

  @Override
  public void sendPresenceReset(ChannelName channel, PresencePage page) {}
}
