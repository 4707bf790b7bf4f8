package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherCommand;
import io.broadcasty.wire.PusherReader;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Checks what an app has signed for the subscriptions of a connection. */
@ThreadSafe
final class SubscriptionSignatures {

  private static final System.Logger LOG = System.getLogger(SubscriptionSignatures.class.getName());

  private final PusherSession session;
  private final String socketId;

  SubscriptionSignatures(PusherSession session, String socketId) {
    this.session = session;
    this.socketId = socketId;
  }

  /** Checks what the app has signed, and returns as whom the connection subscribes. */
  Place check(Caller caller, ChannelName channel, PusherCommand.Subscribe command)
      throws ProblemException {
    String owner = UserChannel.user(channel);
    if (owner != null) {
      PusherReader.User user = session.signedIn();
      if (user == null || !user.id().equals(owner)) {
        throw new ProblemException(Code.UNAUTHORIZED, "sign in as this user first");
      }
      return new Place(caller, null);
    }
    if (channel.kind() == ChannelName.Kind.PUBLIC) {
      return new Place(caller, null);
    }
    String data = command.channelData();
    String signed =
        data == null
            ? AppSignature.subscription(socketId, command.channel())
            : AppSignature.presence(socketId, command.channel(), data);
    if (!AppSignature.isValid(session.app(), signed, command.auth())) {
      throw new ProblemException(
          Code.UNAUTHORIZED, "`auth` is not the signature of this subscription by the app");
    }
    return channel.kind() == ChannelName.Kind.PRESENCE
        ? present(caller, data)
        : new Place(named(caller, data), null);
  }

  private Place present(Caller caller, @Nullable String data) throws ProblemException {
    if (data != null) {
      PusherReader.Participant who = PusherReader.participant(data);
      return new Place(session.user(who.id(), who.roles()), new PusherMember(who.id(), who.info()));
    }
    PusherReader.User user = session.signedIn();
    if (user == null) {
      throw new ProblemException(
          Code.UNAUTHORIZED,
          "a presence channel needs `channel_data` with `user_id`, or a sign-in");
    }
    return new Place(caller, new PusherMember(user.id(), user.info()));
  }

  /** Returns whom the signed data of a private channel names, if it names anybody. */
  private Caller named(Caller caller, @Nullable String data) {
    if (data == null) {
      return caller;
    }
    try {
      PusherReader.Participant who = PusherReader.participant(data);
      return session.user(who.id(), who.roles());
    } catch (ProblemException e) {
      LOG.log(Level.DEBUG, "The data of a private channel has a meaning of its own", e);
      return caller;
    }
  }
}
