package io.broadcasty.protocol.json;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.delivery.session.BoundedWait;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.UndeliveredPushService;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Command;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PublishReader;
import io.broadcasty.wire.PushReader;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes for a connection, as long as not too many of its publications wait for the store. For
 * the one thread that reads the connection.
 */
final class PublishCommands {

  private static final System.Logger LOG = System.getLogger(PublishCommands.class.getName());
  private static final int MAX_IN_FLIGHT = 1000;
  private static final Problem TOO_MANY =
      new Problem(
          Code.RATE_LIMITED,
          "too many publications of this connection wait for the store; await some answers",
          Duration.ofSeconds(1));
  private static final Duration FAILED_RETRY_AFTER = Duration.ofSeconds(2);

  private final SessionContext context;
  private final Supplier<TenantSettings> tenantSettings;
  private final String session;
  private final BoundedWait boundedWait = new BoundedWait();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong inFlightBytes = new AtomicLong();

  /**
   * Creates the publisher of a connection.
   *
   * @param tenantSettings returns the current settings of the connection's tenant
   * @param session the connection's id
   */
  PublishCommands(SessionContext context, Supplier<TenantSettings> tenantSettings, String session) {
    this.session = session;
    this.context = context;
    this.tenantSettings = tenantSettings;
  }

  /**
   * Publishes adjacent commands of one frame together.
   *
   * @param commands each a {@link Command.Publish}
   * @param answered completes when the previous frames have been answered
   * @return the replies, in order
   */
  List<CompletableFuture<String>> publish(
      Caller caller,
      List<CommandReader.IdentifiedCommand> commands,
      CompletableFuture<?> answered) {
    long bytes = 0;
    for (CommandReader.IdentifiedCommand command : commands) {
      bytes += publish(command).publication().message().payload().length();
    }
    long takenBytes = bytes;
    if (!reserve(commands.size(), bytes, answered)) {
      return commands.stream()
          .map(c -> CompletableFuture.completedFuture(NativeFrames.error(c.id(), TOO_MANY)))
          .toList();
    }
    CompletableFuture<List<PublishOutcome>> outcomes =
        context
            .publish()
            .publish(caller, commands.stream().map(this::request).toList())
            .toCompletableFuture()
            .whenComplete((all, failure) -> release(commands.size(), takenBytes));
    List<CompletableFuture<String>> replies = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      int index = i;
      CommandReader.IdentifiedCommand command = commands.get(i);
      replies.add(
          outcomes.handle(
              (all, failure) ->
                  all == null ? failure(command, failure) : reply(command, all.get(index), null)));
    }
    return replies;
  }

  /**
   * Publishes a publication that is to be pushed if it is not delivered; rejects it when it cannot
   * be pushed.
   *
   * @param command a {@link Command.Publish} with {@code push}
   * @param answered completes when the previous frames have been answered
   */
  CompletableFuture<String> publishOrPush(
      Caller caller, CommandReader.IdentifiedCommand command, CompletableFuture<?> answered) {
    PublishRequest publication = request(command);
    PushReader.Undelivered wanted = Objects.requireNonNull(publish(command).push());
    Problem refusal = context.undelivered().refusal(caller, wanted);
    long bytes = publication.message().payload().length();
    if (refusal == null && !reserve(1, bytes, answered)) {
      refusal = TOO_MANY;
    }
    if (refusal != null) {
      return CompletableFuture.completedFuture(NativeFrames.error(command.id(), refusal));
    }
    return context
        .publish()
        .publish(caller, List.of(publication))
        .toCompletableFuture()
        .handleAsync( // blocks on the database
            (all, failure) -> {
              if (all == null) {
                return failure(command, failure);
              }
              PublishOutcome outcome = all.get(0);
              if (ProblemMapper.problem(outcome) != null) {
                return reply(command, outcome, null);
              }
              UndeliveredPushService.Scheduled arranged =
                  context.undelivered().schedule(caller, publication, wanted);
              return arranged.problem() == null
                  ? reply(command, outcome, arranged.sendId())
                  : NativeFrames.error(command.id(), arranged.problem());
            },
            context.readers())
        .whenComplete((reply, failure) -> release(1, bytes));
  }

  /** Returns what a command publishes, where this connection is left out by its id. */
  private PublishRequest request(CommandReader.IdentifiedCommand command) {
    PublishRequest request = publish(command).publication();
    Message message = request.message();
    return PublishReader.THIS_SESSION.equals(message.origin().exceptSession())
        ? request.withMessage(message.withOrigin(message.origin().withExceptSession(session)))
        : request;
  }

  /**
   * Reserves room for publications, waiting briefly if there is none; returns false when there
   * still is none.
   */
  private boolean reserve(int count, long bytes, CompletableFuture<?> answered) {
    return reserve(count, bytes) || (boundedWait.await(answered) && reserve(count, bytes));
  }

  /**
   * Reserves room for publications. Only the reading thread does, so the counts cannot grow between
   * check and reservation.
   */
  private boolean reserve(int count, long bytes) {
    int before = inFlight.get();
    if (before > 0
        && (before + count > MAX_IN_FLIGHT
            || inFlightBytes.get() + bytes > tenantSettings.get().outboxBytes())) {
      return false;
    }
    inFlight.addAndGet(count);
    inFlightBytes.addAndGet(bytes);
    return true;
  }

  private void release(int count, long bytes) {
    inFlight.addAndGet(-count);
    inFlightBytes.addAndGet(-bytes);
  }

  private static String failure(
      CommandReader.IdentifiedCommand command, @Nullable Throwable failure) {
    LOG.log(Level.ERROR, "Publish failed unexpectedly", failure);
    return NativeFrames.error(
        command.id(),
        new Problem(
            Code.INTERNAL_ERROR,
            "the publication may or may not have been taken",
            FAILED_RETRY_AFTER));
  }

  /**
   * Returns the reply to a publish.
   *
   * @param push the id under which the status of the push can be queried; null without one
   */
  private static String reply(
      CommandReader.IdentifiedCommand command, PublishOutcome outcome, @Nullable String push) {
    Problem problem = ProblemMapper.problem(outcome);
    if (problem != null) {
      return NativeFrames.error(command.id(), problem);
    }
    ChannelName channel = publish(command).publication().channel();
    return NativeFrames.reply(
        command.id(),
        json -> {
          if (outcome instanceof PublishOutcome.Queued queued) {
            JsonWriter.writeQueued(json, queued.id(), channel);
          } else if (outcome instanceof PublishOutcome.Announced announced) {
            JsonWriter.writeAnnounced(json, announced.id(), channel);
          } else {
            PublishOutcome.Published published = (PublishOutcome.Published) outcome;
            JsonWriter.write(json, published.id(), channel, published.appended());
          }
          if (push != null) {
            json.writeStringField("push", push);
          }
        });
  }

  private static Command.Publish publish(CommandReader.IdentifiedCommand command) {
    return (Command.Publish) command.command();
  }
}
