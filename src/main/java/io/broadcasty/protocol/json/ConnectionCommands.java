package io.broadcasty.protocol.json;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.subscribe.LostAccess;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Command;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a connection's commands, except those that publish. Commands come from one thread at
 * a time, {@link #close} from any.
 */
final class ConnectionCommands implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ConnectionCommands.class.getName());

  private final NativeSession session;
  private final SessionContext context;
  private final String id;

  /** The presence commands; null until the first command about members. */
  private volatile @Nullable PresenceCommands presence;

  ConnectionCommands(NativeSession session, SessionContext context, String id) {
    this.session = session;
    this.context = context;
    this.id = id;
  }

  /**
   * Carries out a command.
   *
   * @param afterwards receives tasks to run once the result has been sent
   */
  CommandResult execute(Command command, List<Runnable> afterwards) {
    if (command instanceof Command.Connect connect) {
      return connect(connect.token(), afterwards);
    }
    if (command instanceof Command.Ping) {
      long now = context.clock().nowMillis();
      return CommandResult.done(json -> json.writeNumberField("time", now));
    }
    Caller caller = session.caller();
    if (caller == null) {
      return connectFirst();
    }
    if (command instanceof Command.Subscribe subscribe) {
      return subscribe(caller, subscribe, afterwards);
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      return unsubscribe(unsubscribe.channel());
    }
    if (command instanceof Command.Leave leave) {
      return presence().leave(leave.channel());
    }
    if (command instanceof Command.Presence watched) {
      return presence().watch(caller, watched.channel(), afterwards);
    }
    if (command instanceof Command.Members members) {
      return presence().members(caller, members);
    }
    if (command instanceof Command.Refresh refresh) {
      return refresh(caller, refresh.token(), afterwards);
    }
    throw new IllegalStateException("unhandled command " + command.getClass());
  }

  /** Carries out a join, the only one of these commands that completes later. */
  CompletableFuture<CommandResult> join(Command.Join command) {
    Caller caller = session.caller();
    return caller == null
        ? CompletableFuture.completedFuture(connectFirst())
        : presence().join(caller, command);
  }

  @Override
  public void close() {
    PresenceCommands commands = presence;
    if (commands != null) {
      commands.close();
    }
  }

  private CommandResult connect(String token, List<Runnable> afterwards) {
    Caller known = session.caller();
    if (known == null) {
      ProblemMapper.Identification verdict =
          ProblemMapper.authenticate(context.authenticator(), token, session.clientAddress());
      if (verdict instanceof ProblemMapper.Unidentified unidentified) {
        return CommandResult.refused(unidentified.problem());
      }
      known = ((ProblemMapper.Identified) verdict).caller();
      if (!session.isOpenTo(known)) {
        return CommandResult.refused(
            Problem.of(Code.FORBIDDEN, "the handshake named another tenant than the token"));
      }
      if (!session.takePlace(known)) {
        afterwards.add(() -> session.end(ProblemMapper.connectionLimit()));
        return CommandResult.refused(ProblemMapper.connectionLimit());
      }
    }
    Caller caller = known;
    return CommandResult.done(
        json -> {
          json.writeStringField("session", id);
          json.writeNumberField("protocol", session.dialect().version());
          json.writeStringField("subject", caller.subject());
          json.writeStringField("tenant", caller.tenant().value());
          json.writeNumberField("expires", caller.expiresAt().toEpochMilli());
          json.writeNumberField("pingInterval", context.settings().heartbeat().toMillis());
        });
  }

  private CommandResult subscribe(
      Caller caller, Command.Subscribe command, List<Runnable> afterwards) {
    try {
      SubscribeOutcome outcome =
          session.subscriptions().subscribe(caller, command.channel(), command.since());
      if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
        afterwards.add(subscribed.start());
        return CommandResult.done(
            session
                .dialect()
                .subscribed(command.channel(), subscribed, session.subscriptions()::number));
      }
      return CommandResult.refused(Objects.requireNonNull(ProblemMapper.problem(outcome)));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(ProblemMapper.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read the store for a subscribe", e);
      return CommandResult.refused(ProblemMapper.storeUnreadable());
    }
  }

  private CommandResult unsubscribe(String channel) {
    return session.subscriptions().unsubscribe(channel)
        ? CommandResult.done(json -> json.writeStringField("channel", channel))
        : CommandResult.refused(
            Problem.of(Code.NOT_SUBSCRIBED, "this connection is not subscribed to that channel"));
  }

  private CommandResult refresh(Caller caller, String token, List<Runnable> afterwards) {
    ProblemMapper.Identification verdict =
        ProblemMapper.authenticate(context.authenticator(), token, session.clientAddress());
    if (verdict instanceof ProblemMapper.Unidentified unidentified) {
      return CommandResult.refused(unidentified.problem());
    }
    Caller fresh = ((ProblemMapper.Identified) verdict).caller();
    if (!fresh.tenant().equals(caller.tenant()) || !fresh.subject().equals(caller.subject())) {
      return CommandResult.refused(
          Problem.of(
              Code.UNAUTHORIZED,
              "a refresh must be for the same tenant and subject; reconnect instead"));
    }
    session.replaceCaller(fresh);
    for (String push : reauthorize(fresh)) {
      afterwards.add(() -> session.send(EncodedFrame.message(push)));
    }
    return CommandResult.done(
        json -> json.writeNumberField("expires", fresh.expiresAt().toEpochMilli()));
  }

  /** Returns whether the connection is present only where it is allowed. */
  boolean isPresentWithin(BiPredicate<String, Action> allowed) {
    PresenceCommands commands = presence;
    return commands == null || commands.isPresentWithin(allowed);
  }

  /**
   * Ends what a caller may not have any more; called by any thread. Returns the messages that tell
   * the client.
   */
  List<String> reauthorize(Caller caller) {
    PresenceCommands members = presence;
    List<ChannelName> left = members == null ? List.of() : members.reauthorize(caller);
    LostAccess lost = session.subscriptions().reauthorize(caller);
    List<String> pushes = new ArrayList<>();
    lost.targets().forEach(each -> pushes.add(NativeFrames.unsubscribed(each, Code.FORBIDDEN)));
    lost.members().forEach(each -> pushes.add(NativeFrames.unwatched(each, Code.FORBIDDEN)));
    left.forEach(each -> pushes.add(NativeFrames.left(each, Code.FORBIDDEN)));
    return pushes;
  }

  /** Returns the presence commands, which only the reading thread creates. */
  private PresenceCommands presence() {
    PresenceCommands commands = presence;
    if (commands == null) {
      commands = new PresenceCommands(context, session.subscriptions(), id);
      presence = commands;
      if (session.hasEnded()) {
        commands.close();
      }
    }
    return commands;
  }

  private static CommandResult connectFirst() {
    return CommandResult.refused(
        Problem.of(Code.UNAUTHORIZED, "send `connect` with a token first"));
  }
}
