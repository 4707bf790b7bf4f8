package io.broadcasty.protocol.json;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.subscribe.Subscriptions;
import io.broadcasty.delivery.subscribe.WatchOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.service.ConnectionPresence;
import io.broadcasty.presence.service.PresenceOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Command;
import io.broadcasty.wire.MemberReader;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/**
 * Carries out a connection's commands about members. Commands come from one thread at a time,
 * {@link #close} from any.
 */
final class PresenceCommands implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PresenceCommands.class.getName());

  private final SessionContext context;
  private final Subscriptions subscriptions;
  private final ConnectionPresence connectionPresence;

  PresenceCommands(SessionContext context, Subscriptions subscriptions, String connectionId) {
    this.context = context;
    this.subscriptions = subscriptions;
    this.connectionPresence = new ConnectionPresence(context.presence(), connectionId);
  }

  CompletableFuture<CommandResult> join(Caller caller, Command.Join command) {
    try {
      ChannelName channel = new ChannelName(command.channel());
      Member member = MemberReader.member(command.member(), caller.subject());
      return connectionPresence
          .join(caller, channel, member)
          .handle(
              (outcome, failure) -> {
                if (outcome == null) {
                  LOG.log(Level.ERROR, "Join failed unexpectedly", failure);
                  return CommandResult.refused(ProblemMapper.storeUnreadable());
                }
                Problem problem = ProblemMapper.problem(outcome);
                return problem != null
                    ? CommandResult.refused(problem)
                    : CommandResult.done(NativeFrames.joined(channel, member));
              })
          .toCompletableFuture();
    } catch (InvalidChannelException e) {
      return CompletableFuture.completedFuture(
          CommandResult.refused(ProblemMapper.invalidChannel(e)));
    } catch (ProblemException e) {
      return CompletableFuture.completedFuture(CommandResult.refused(e.problem()));
    }
  }

  CommandResult leave(String channel) {
    try {
      return connectionPresence.leave(new ChannelName(channel))
          ? CommandResult.done(json -> json.writeStringField("channel", channel))
          : CommandResult.refused(
              Problem.of(Code.NOT_PRESENT, "this connection has not joined that channel"));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(ProblemMapper.invalidChannel(e));
    }
  }

  /**
   * Returns the members of a channel and reports later changes.
   *
   * @param afterwards receives tasks to run once the result has been sent
   */
  CommandResult watch(Caller caller, String target, List<Runnable> afterwards) {
    try {
      ChannelName channel = new ChannelName(target);
      WatchOutcome outcome = subscriptions.watch(caller, channel);
      if (outcome instanceof WatchOutcome.Watching watching) {
        afterwards.add(watching.start());
        return CommandResult.done(NativeFrames.members(channel, watching.page()));
      }
      return CommandResult.refused(Objects.requireNonNull(ProblemMapper.problem(outcome)));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(ProblemMapper.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return CommandResult.refused(ProblemMapper.storeUnreadable());
    }
  }

  CommandResult members(Caller caller, Command.Members command) {
    try {
      ChannelName channel = new ChannelName(command.channel());
      PresenceOutcome outcome =
          context.presence().members(caller, channel, command.after(), command.limit());
      return outcome instanceof PresenceOutcome.Members members
          ? CommandResult.done(NativeFrames.members(channel, members.page()))
          : CommandResult.refused(Objects.requireNonNull(ProblemMapper.problem(outcome)));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(ProblemMapper.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return CommandResult.refused(ProblemMapper.storeUnreadable());
    }
  }

  /** Returns whether the connection is present only where it is allowed. */
  boolean isPresentWithin(BiPredicate<String, Action> allowed) {
    return connectionPresence.isWithin(allowed);
  }

  /** Leaves the channels that a refreshed token does not allow, and returns them. */
  List<ChannelName> reauthorize(Caller caller) {
    return connectionPresence.reauthorize(caller);
  }

  @Override
  public void close() {
    connectionPresence.close();
  }
}
