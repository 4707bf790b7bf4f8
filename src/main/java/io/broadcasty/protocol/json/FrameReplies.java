package io.broadcasty.protocol.json;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Command;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The replies to one frame, in the order of its commands; sent when all are complete. */
final class FrameReplies {

  private static final Problem CONNECT_FIRST =
      Problem.of(Code.UNAUTHORIZED, "send `connect` with a token first");

  /**
   * Once the replies to a message are longer, the rest of its commands are not carried out: a few
   * bytes may ask for any number of pages.
   */
  private static final int MAX_REPLY_BYTES = 512 * 1024;

  private static final Problem TOO_LONG =
      new Problem(
          Code.RATE_LIMITED,
          "the replies to this message have more than "
              + MAX_REPLY_BYTES
              + " bytes; send the rest of the commands in another message",
          Duration.ofSeconds(1));

  private final NativeSession session;
  private final CommandReader.Frame frame;
  private final List<CompletableFuture<String>> replies = new ArrayList<>();
  private final List<Runnable> afterwards = new ArrayList<>(0);
  private long bytes;

  FrameReplies(NativeSession session, CommandReader.Frame frame) {
    this.session = session;
    this.frame = frame;
  }

  /**
   * Carries out the commands of the frame. Adjacent publications go to the store together, except
   * those with a push, each of which is stored separately.
   *
   * @param answered completes when the previous frames have been answered
   */
  void execute(
      ConnectionCommands commands, PublishCommands publishing, CompletableFuture<?> answered) {
    List<CommandReader.IdentifiedCommand> all = frame.commands();
    int next = 0;
    while (next < all.size()) {
      Caller caller = session.caller();
      int end = next;
      while (caller != null
          && end < all.size()
          && all.get(end).command() instanceof Command.Publish publish
          && publish.push() == null) {
        end++;
      }
      if (caller != null && end > next) {
        session.resetErrors();
        replies.addAll(publishing.publish(caller, all.subList(next, end), answered));
        next = end;
      } else if (caller != null && all.get(next).command() instanceof Command.Publish) {
        session.resetErrors();
        replies.add(publishing.publishOrPush(caller, all.get(next++), answered));
      } else {
        replies.add(reply(commands, all.get(next++)));
      }
    }
  }

  /** Refuses every command of the frame for the same reason. */
  void refuse(Problem problem) {
    for (CommandReader.IdentifiedCommand command : frame.commands()) {
      replies.add(CompletableFuture.completedFuture(NativeFrames.error(command.id(), problem)));
    }
  }

  /**
   * Sends the replies.
   *
   * @param before completes when the previous frames have been answered
   * @return completes when these replies have been sent
   */
  CompletableFuture<@Nullable Void> sendAfter(
      CompletableFuture<@Nullable Void> before, Consumer<String> send) {
    if (replies.size() == 1) {
      return before.thenAcceptBoth(replies.get(0), (done, reply) -> deliver(reply, send));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new));
    return before.thenAcceptBoth(
        all,
        (done, these) ->
            deliver(
                String.join(",", replies.stream().map(CompletableFuture::join).toList()), send));
  }

  private void deliver(String joined, Consumer<String> send) {
    send.accept(frame.batch() ? "[" + joined + "]" : joined);
    afterwards.forEach(Runnable::run);
  }

  private CompletableFuture<String> reply(
      ConnectionCommands commands, CommandReader.IdentifiedCommand identified) {
    Command command = identified.command();
    if (command instanceof Command.Malformed malformed) {
      session.countError();
      return CompletableFuture.completedFuture(
          NativeFrames.error(identified.id(), malformed.problem()));
    }
    session.resetErrors();
    if (session.caller() == null && !session.admitsUnauthenticated()) {
      return CompletableFuture.completedFuture(NativeFrames.error(identified.id(), CONNECT_FIRST));
    }
    if (command instanceof Command.InvalidPublish invalid) {
      return CompletableFuture.completedFuture(
          NativeFrames.error(identified.id(), invalid.problem()));
    }
    if (bytes > MAX_REPLY_BYTES) {
      return CompletableFuture.completedFuture(NativeFrames.error(identified.id(), TOO_LONG));
    }
    if (command instanceof Command.Join join) {
      return commands.join(join).thenApply(result -> text(identified.id(), result));
    }
    String reply = text(identified.id(), commands.execute(command, afterwards));
    bytes += reply.length();
    return CompletableFuture.completedFuture(reply);
  }

  /** Returns the approximate size of the replies that are complete, in bytes. */
  long bytes() {
    return bytes;
  }

  private static String text(@Nullable String commandId, CommandResult result) {
    return result instanceof CommandResult.Refused refused
        ? NativeFrames.error(commandId, refused.problem())
        : NativeFrames.reply(commandId, ((CommandResult.Done) result).fields());
  }
}
