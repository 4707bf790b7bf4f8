package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Command;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.publish.PublishOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what a connection says, as long as not too much of it waits for the store. For the one
 * thread that reads the connection.
 */
final class Publishing {

  private static final Logger LOG = Logger.getLogger(Publishing.class.getName());
  private static final int MOST = 1000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration FAILED_RETRY_AFTER = Duration.ofSeconds(2);

  private final SessionContext context;
  private final Patience patience = new Patience();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLong underWayBytes = new AtomicLong();

  Publishing(SessionContext context) {
    this.context = context;
  }

  /**
   * Publishes neighbours of one frame together.
   *
   * @param commands each a {@link Command.Publish}
   * @param answered completes when the frames before have been answered
   * @return the replies, in order
   */
  List<CompletableFuture<String>> publish(
      Caller who, List<CommandReader.Numbered> commands, CompletableFuture<?> answered) {
    long bytes = 0;
    for (CommandReader.Numbered command : commands) {
      bytes += publish(command).publication().payload().length();
    }
    long takenBytes = bytes;
    boolean taken =
        take(commands.size(), bytes) || patience.await(answered) && take(commands.size(), bytes);
    if (!taken) {
      Problem problem =
          new Problem(
              Code.RATE_LIMITED,
              "too many publications of this connection wait for the store; await some answers",
              RETRY_AFTER);
      return commands.stream()
          .map(c -> CompletableFuture.completedFuture(NativeFrames.error(c.id(), problem)))
          .toList();
    }
    CompletableFuture<List<PublishOutcome>> outcomes =
        context
            .publish()
            .publish(
                who, commands.stream().map(c -> Answers.draft(publish(c).publication())).toList())
            .toCompletableFuture()
            .whenComplete((all, failure) -> giveBack(commands.size(), takenBytes));
    List<CompletableFuture<String>> replies = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      int index = i;
      CommandReader.Numbered command = commands.get(i);
      replies.add(
          outcomes.handle(
              (all, failure) ->
                  all == null ? failure(command, failure) : published(command, all.get(index))));
    }
    return replies;
  }

  /** Only the thread that reads takes, so what it has looked at does not grow meanwhile. */
  private boolean take(int count, long bytes) {
    int before = underWay.get();
    if (before > 0
        && (before + count > MOST
            || underWayBytes.get() + bytes > context.settings().outboxBytes())) {
      return false;
    }
    underWay.addAndGet(count);
    underWayBytes.addAndGet(bytes);
    return true;
  }

  private void giveBack(int count, long bytes) {
    underWay.addAndGet(-count);
    underWayBytes.addAndGet(-bytes);
  }

  private static String failure(CommandReader.Numbered command, @Nullable Throwable failure) {
    LOG.log(Level.SEVERE, "a publish failed", failure);
    return NativeFrames.error(
        command.id(),
        new Problem(
            Code.INTERNAL_ERROR,
            "the publication may or may not have been taken",
            FAILED_RETRY_AFTER));
  }

  private static String published(CommandReader.Numbered command, PublishOutcome outcome) {
    Problem problem = Answers.problem(outcome);
    if (problem != null) {
      return NativeFrames.error(command.id(), problem);
    }
    ChannelName channel = publish(command).publication().channel();
    if (outcome instanceof PublishOutcome.Queued queued) {
      return NativeFrames.reply(command.id(), json -> Json.writeQueued(json, queued.id(), channel));
    }
    PublishOutcome.Published published = (PublishOutcome.Published) outcome;
    return NativeFrames.reply(
        command.id(), json -> Json.write(json, published.id(), channel, published.appended()));
  }

  private static Command.Publish publish(CommandReader.Numbered command) {
    return (Command.Publish) command.command();
  }
}
