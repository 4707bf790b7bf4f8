package io.broadcasty.session;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Lost;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.InvalidChannelException;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Command;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.publish.PublishOutcome;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A connection that speaks the native protocol (protocol/PROTOCOL.md). */
public final class NativeSession extends Session {

  private static final Logger LOG = Logger.getLogger(NativeSession.class.getName());
  private static final int MAX_ERRORS_IN_A_ROW = 10;
  private static final int MAX_PUBLISHING = 1000;
  private static final Duration EXPIRING_NOTICE = Duration.ofSeconds(30);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final Duration PUBLISHING_RETRY_AFTER = Duration.ofSeconds(1);

  private final CommandReader reader;
  private final String id = UUID.randomUUID().toString();
  private final long openedNanos;
  private volatile long lastHeardNanos;
  private volatile long noticedExpiryMillis;
  private int errorsInARow;
  private final Patience forRoom = new Patience();
  private final Patience forAnswers = new Patience();

  /** The latest frame's answer; the next one's waits for it. */
  private CompletableFuture<@Nullable Void> answered = CompletableFuture.completedFuture(null);

  /** Null until the first command about members. */
  private volatile @Nullable PresenceCommands presence;

  private final AtomicInteger publishing = new AtomicInteger();
  private final AtomicLong publishingBytes = new AtomicLong();

  public NativeSession(SessionContext context, Transport transport, CommandReader reader) {
    super(context, transport);
    this.reader = reader;
    this.openedNanos = context.ticker().readNanos();
    this.lastHeardNanos = openedNanos;
    opened();
  }

  /**
   * The handshake has carried a token that is good; false when the caller has no place left, and
   * the session ends.
   */
  public boolean open(Caller caller) {
    boolean admitted = admit(caller);
    if (!admitted) {
      end(Answers.connectionLimit());
    }
    return admitted;
  }

  private boolean admit(Caller caller) {
    ConnectionLimiter.Lease place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place != null) {
      authenticated(caller, place);
    }
    return place != null;
  }

  /** Any frame from the client. */
  public void heard() {
    lastHeardNanos = context.ticker().readNanos();
  }

  /**
   * A text frame from the client. Called by one thread at a time; blocks at most on the store, for
   * a subscribe. Frames are answered in the order in which they came. After the session's end
   * nothing is carried out any more.
   */
  public void onText(String text) {
    if (hasEnded()) {
      return;
    }
    heard();
    forRoom.await(room());
    CommandReader.Frame frame;
    try {
      frame = reader.read(text);
    } catch (ProblemException e) {
      String error = NativeFrames.error(null, e.problem());
      answered = answered.thenRun(() -> send(EncodedFrame.message(error)));
      countError();
      return;
    }
    Replies replies = new Replies(frame);
    replies.carryOut();
    replies.send();
  }

  /**
   * A sign of life that wants an answer.
   *
   * @param answer the transport's, which takes its place among what waits
   */
  public void onPing(EncodedFrame answer) {
    heard();
    send(answer);
  }

  /** A frame that the protocol does not know. */
  public void onBinary() {
    end(Problem.of(Code.PROTOCOL_ERROR, "binary frames are not part of the protocol; send text"));
  }

  @Override
  public void publication(EncodedPublication publication) {
    send(publication.push());
  }

  @Override
  public void lost(ChannelName channel, Lost lost) {
    send(EncodedFrame.message(NativeFrames.lost(channel, lost)));
  }

  @Override
  public void presence(EncodedPresence change) {
    send(change.push());
  }

  @Override
  public void presenceReset(ChannelName channel, PresencePage page) {
    send(
        EncodedFrame.message(NativeFrames.presencePush(NativeFrames.presenceReset(channel, page))));
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return EncodedFrame.message(NativeFrames.end(problem));
  }

  @Override
  public void sweep(long nowNanos, long nowMillis) {
    super.sweep(nowNanos, nowMillis);
    Caller who = caller();
    if (who == null && nowNanos - openedNanos > context.settings().connectTimeout().toNanos()) {
      end(Problem.of(Code.UNAUTHORIZED, "no `connect` with a token came in time"));
    } else if (nowNanos - lastHeardNanos > context.settings().silence().toNanos()) {
      end(Problem.of(Code.IDLE, "nothing was heard from the client for two heartbeats"));
    } else if (who != null && noticedExpiryMillis != who.expiresAt().toEpochMilli()) {
      long expires = who.expiresAt().toEpochMilli();
      if (expires - nowMillis <= EXPIRING_NOTICE.toMillis()) {
        noticedExpiryMillis = expires;
        send(EncodedFrame.message(NativeFrames.expiring(who.expiresAt())));
      }
    }
  }

  private void countError() {
    if (++errorsInARow >= MAX_ERRORS_IN_A_ROW) {
      end(
          Problem.of(
              Code.PROTOCOL_ERROR,
              MAX_ERRORS_IN_A_ROW + " frames in a row could not be understood"));
    }
  }

  /** The replies to one frame, in the order of its commands; sent when all are there. */
  private final class Replies {
    private final CommandReader.Frame frame;
    private final List<CompletableFuture<String>> replies = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>(0);

    Replies(CommandReader.Frame frame) {
      this.frame = frame;
    }

    void carryOut() {
      List<CommandReader.Numbered> commands = frame.commands();
      int next = 0;
      while (next < commands.size()) {
        int end = next;
        while (end < commands.size()
            && commands.get(end).command() instanceof Command.Publish
            && caller() != null) {
          end++;
        }
        if (end > next) {
          publish(commands.subList(next, end));
          next = end;
        } else {
          CommandReader.Numbered command = commands.get(next++);
          replies.add(
              command.command() instanceof Command.Join join
                  ? join(command.id(), join)
                  : CompletableFuture.completedFuture(reply(command)));
        }
      }
    }

    void send() {
      if (replies.size() == 1) {
        answered = answered.thenAcceptBoth(replies.get(0), (before, reply) -> deliver(reply));
        return;
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new));
      answered =
          answered.thenAcceptBoth(
              all,
              (before, done) ->
                  deliver(
                      String.join(",", replies.stream().map(CompletableFuture::join).toList())));
    }

    private void deliver(String joined) {
      NativeSession.this.send(EncodedFrame.message(frame.batch() ? "[" + joined + "]" : joined));
      afterwards.forEach(Runnable::run);
    }

    private String reply(CommandReader.Numbered numbered) {
      Command command = numbered.command();
      if (command instanceof Command.Malformed malformed) {
        countError();
        return NativeFrames.error(numbered.id(), malformed.problem());
      }
      errorsInARow = 0;
      return text(numbered.id(), carryOut(command));
    }

    private static String text(@Nullable String commandId, Object result) {
      return result instanceof Problem problem
          ? NativeFrames.error(commandId, problem)
          : NativeFrames.reply(commandId, (Json.Body) result);
    }

    /** Either a {@link Problem} or the {@link Json.Body} of the result. */
    private Object carryOut(Command command) {
      if (command instanceof Command.Connect connect) {
        return connect(connect.token(), afterwards);
      }
      if (command instanceof Command.Ping) {
        long now = context.clock().nowMillis();
        return (Json.Body) json -> json.writeNumberField("time", now);
      }
      Caller who = caller();
      if (who == null) {
        return connectFirst();
      }
      if (command instanceof Command.Subscribe subscribe) {
        return subscribe(who, subscribe);
      }
      if (command instanceof Command.Unsubscribe unsubscribe) {
        return unsubscribe(unsubscribe.channel());
      }
      if (command instanceof Command.Leave leave) {
        return presence().leave(leave.channel());
      }
      if (command instanceof Command.Presence presence) {
        return presence().watch(who, presence.channel(), afterwards);
      }
      if (command instanceof Command.Members members) {
        return presence().members(who, members);
      }
      if (command instanceof Command.Refresh refresh) {
        return refresh(who, refresh.token(), afterwards);
      }
      throw new IllegalStateException("no such command: " + command.getClass());
    }

    private Object subscribe(Caller who, Command.Subscribe command) {
      try {
        SubscribeOutcome outcome =
            subscriptions().subscribe(who, command.channel(), command.since());
        if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
          afterwards.add(subscribed.start());
          return NativeFrames.subscribed(
              command.channel(),
              ChannelPattern.isPattern(command.channel()),
              subscribed.recovered(),
              subscribed.heads());
        }
        Problem problem = Answers.problem(outcome);
        return problem != null ? problem : new IllegalStateException();
      } catch (InvalidChannelException e) {
        return Answers.invalidChannel(e);
      } catch (BrokerException e) {
        LOG.log(Level.WARNING, "a subscribe could not read the store", e);
        return Answers.storeUnreadable();
      }
    }

    private CompletableFuture<String> join(@Nullable String commandId, Command.Join command) {
      errorsInARow = 0;
      Caller who = caller();
      return who == null
          ? CompletableFuture.completedFuture(NativeFrames.error(commandId, connectFirst()))
          : presence().join(who, command).thenApply(result -> text(commandId, result));
    }

    private Object unsubscribe(String channel) {
      return subscriptions().unsubscribe(channel)
          ? (Json.Body) json -> json.writeStringField("channel", channel)
          : Problem.of(Code.NOT_SUBSCRIBED, "this connection is not subscribed to that channel");
    }

    private void publish(List<CommandReader.Numbered> commands) {
      errorsInARow = 0;
      Caller who = caller();
      if (who == null) {
        throw new IllegalStateException("publishing needs a caller");
      }
      long bytes = 0;
      for (CommandReader.Numbered command : commands) {
        bytes += ((Command.Publish) command.command()).publication().payload().length();
      }
      long takenBytes = bytes;
      boolean taken =
          takePublishing(commands.size(), bytes)
              || forAnswers.await(answered) && takePublishing(commands.size(), bytes);
      if (!taken) {
        Problem problem =
            new Problem(
                Code.RATE_LIMITED,
                "too many publications of this connection wait for the store; await some answers",
                PUBLISHING_RETRY_AFTER);
        for (CommandReader.Numbered command : commands) {
          replies.add(CompletableFuture.completedFuture(NativeFrames.error(command.id(), problem)));
        }
        return;
      }
      CompletableFuture<List<PublishOutcome>> outcomes =
          context
              .publish()
              .publish(
                  who,
                  commands.stream()
                      .map(c -> Answers.draft(((Command.Publish) c.command()).publication()))
                      .toList())
              .toCompletableFuture()
              .whenComplete((all, failure) -> returnPublishing(commands.size(), takenBytes));
      for (int i = 0; i < commands.size(); i++) {
        int index = i;
        CommandReader.Numbered command = commands.get(i);
        replies.add(
            outcomes.handle(
                (all, failure) ->
                    all == null ? failure(command, failure) : published(command, all.get(index))));
      }
    }
  }

  private static Problem connectFirst() {
    return Problem.of(Code.UNAUTHORIZED, "send `connect` with a token first");
  }

  /** Made by the thread that reads alone. */
  private PresenceCommands presence() {
    PresenceCommands commands = presence;
    if (commands == null) {
      commands = new PresenceCommands(context, subscriptions(), id);
      presence = commands;
      if (hasEnded()) {
        commands.close();
      }
    }
    return commands;
  }

  @Override
  protected void left() {
    PresenceCommands commands = presence;
    if (commands != null) {
      commands.close();
    }
  }

  /** Only the thread that reads takes, so what it has looked at does not grow meanwhile. */
  private boolean takePublishing(int count, long bytes) {
    int before = publishing.get();
    if (before > 0
        && (before + count > MAX_PUBLISHING
            || publishingBytes.get() + bytes > context.settings().outboxBytes())) {
      return false;
    }
    publishing.addAndGet(count);
    publishingBytes.addAndGet(bytes);
    return true;
  }

  private void returnPublishing(int count, long bytes) {
    publishing.addAndGet(-count);
    publishingBytes.addAndGet(-bytes);
  }

  private static String failure(CommandReader.Numbered command, @Nullable Throwable failure) {
    LOG.log(Level.SEVERE, "a publish failed", failure);
    return NativeFrames.error(
        command.id(),
        new Problem(
            Code.INTERNAL_ERROR, "the publication may or may not have been taken", RETRY_AFTER));
  }

  private static String published(CommandReader.Numbered command, PublishOutcome outcome) {
    Problem problem = Answers.problem(outcome);
    if (problem != null) {
      return NativeFrames.error(command.id(), problem);
    }
    PublishOutcome.Published published = (PublishOutcome.Published) outcome;
    ChannelName channel = ((Command.Publish) command.command()).publication().channel();
    return NativeFrames.reply(
        command.id(), json -> Json.write(json, published.id(), channel, published.appended()));
  }

  private Object connect(String token, List<Runnable> afterwards) {
    Caller known = caller();
    if (known == null) {
      Object verdict = Answers.caller(context.authenticator(), token);
      if (!(verdict instanceof Caller fresh)) {
        return verdict;
      }
      if (!admit(fresh)) {
        afterwards.add(() -> end(Answers.connectionLimit()));
        return Answers.connectionLimit();
      }
      known = fresh;
    }
    Caller who = known;
    return (Json.Body)
        json -> {
          json.writeStringField("session", id);
          json.writeNumberField("protocol", NativeFrames.PROTOCOL_VERSION);
          json.writeStringField("subject", who.subject());
          json.writeStringField("tenant", who.tenant().value());
          json.writeNumberField("expires", who.expiresAt().toEpochMilli());
          json.writeNumberField("pingInterval", context.settings().heartbeat().toMillis());
        };
  }

  private Object refresh(Caller who, String token, List<Runnable> afterwards) {
    Object verdict = Answers.caller(context.authenticator(), token);
    if (!(verdict instanceof Caller fresh)) {
      return verdict;
    }
    if (!fresh.tenant().equals(who.tenant()) || !fresh.subject().equals(who.subject())) {
      return Problem.of(
          Code.UNAUTHORIZED,
          "a refresh must be for the same tenant and subject; reconnect instead");
    }
    authenticated(fresh, null);
    PresenceCommands members = presence;
    if (members != null) {
      members.reauthorize(fresh);
    }
    for (String target : subscriptions().reauthorize(fresh)) {
      String push = NativeFrames.unsubscribed(target, Code.FORBIDDEN);
      afterwards.add(() -> send(EncodedFrame.message(push)));
    }
    return (Json.Body) json -> json.writeNumberField("expires", fresh.expiresAt().toEpochMilli());
  }
}
