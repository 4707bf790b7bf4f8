package io.broadcasty.protocol.json;

import io.broadcasty.attend.AttendOutcome;
import io.broadcasty.attend.Attendance;
import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.InvalidChannelException;
import io.broadcasty.presence.Member;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Command;
import io.broadcasty.protocol.MemberJson;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.session.Answers;
import io.broadcasty.session.SessionContext;
import io.broadcasty.subscribe.Subscriptions;
import io.broadcasty.subscribe.WatchOutcome;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Carries out a connection's commands about members. Commands come from one thread at a time,
 * {@link #close} from any.
 */
final class PresenceCommands implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PresenceCommands.class.getName());

  private final SessionContext context;
  private final Subscriptions subscriptions;
  private final Attendance attendance;

  PresenceCommands(SessionContext context, Subscriptions subscriptions, String connectionId) {
    this.context = context;
    this.subscriptions = subscriptions;
    this.attendance = new Attendance(context.attend(), connectionId);
  }

  CompletableFuture<CommandResult> join(Caller caller, Command.Join command) {
    try {
      ChannelName channel = new ChannelName(command.channel());
      Member member = MemberJson.member(command.member(), caller.subject());
      return attendance
          .join(caller, channel, member)
          .handle(
              (outcome, failure) -> {
                if (outcome == null) {
                  LOG.log(Level.ERROR, "Join failed unexpectedly", failure);
                  return CommandResult.refused(Answers.storeUnreadable());
                }
                Problem problem = Answers.problem(outcome);
                return problem != null
                    ? CommandResult.refused(problem)
                    : CommandResult.done(NativeFrames.joined(channel, member));
              })
          .toCompletableFuture();
    } catch (InvalidChannelException e) {
      return CompletableFuture.completedFuture(CommandResult.refused(Answers.invalidChannel(e)));
    } catch (ProblemException e) {
      return CompletableFuture.completedFuture(CommandResult.refused(e.problem()));
    }
  }

  CommandResult leave(String channel) {
    try {
      return attendance.leave(new ChannelName(channel))
          ? CommandResult.done(json -> json.writeStringField("channel", channel))
          : CommandResult.refused(
              Problem.of(Code.NOT_PRESENT, "this connection has not joined that channel"));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(Answers.invalidChannel(e));
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
      return CommandResult.refused(Objects.requireNonNull(Answers.problem(outcome)));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(Answers.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return CommandResult.refused(Answers.storeUnreadable());
    }
  }

  CommandResult members(Caller caller, Command.Members command) {
    try {
      ChannelName channel = new ChannelName(command.channel());
      AttendOutcome outcome =
          context.attend().members(caller, channel, command.after(), command.limit());
      return outcome instanceof AttendOutcome.Members members
          ? CommandResult.done(NativeFrames.members(channel, members.page()))
          : CommandResult.refused(Objects.requireNonNull(Answers.problem(outcome)));
    } catch (InvalidChannelException e) {
      return CommandResult.refused(Answers.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      return CommandResult.refused(Answers.storeUnreadable());
    }
  }

  void reauthorize(Caller caller) {
    attendance.reauthorize(caller);
  }

  @Override
  public void close() {
    attendance.close();
  }
}
