package io.broadcasty.protocol.json;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.BoundedWait;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A WebSocket connection of the native protocol (protocol/PROTOCOL.md). */
@ThreadSafe
public final class NativeSession extends MessageSession {

  private static final int MAX_ERRORS_IN_A_ROW = 10;

  private final CommandReader reader;
  private final NativeDialect dialect;
  private final String id = UUID.randomUUID().toString();
  private volatile long noticedExpiryMillis;
  private final AtomicInteger errorsInARow = new AtomicInteger();
  private final BoundedWait roomWait = new BoundedWait();
  private final BoundedWait answeredWait = new BoundedWait();

  /** The size of the replies that wait for those of earlier messages. */
  private final AtomicLong unsentBytes = new AtomicLong();

  private final ConnectionCommands commands = new ConnectionCommands(this, context, id);
  private final PublishCommands publishCommands =
      new PublishCommands(context, this::tenantSettings, id);

  /** Completes when the latest frame has been answered; the next answer waits for it. */
  private volatile CompletableFuture<@Nullable Void> answered =
      CompletableFuture.completedFuture(null);

  public NativeSession(
      SessionContext context, Transport transport, CommandReader reader, NativeDialect dialect) {
    super(context, transport);
    this.reader = reader;
    this.dialect = dialect;
    opened();
  }

  /** Takes a place in the connection limits for the caller; returns false when none is left. */
  boolean takePlace(Caller caller) {
    return takeConnectionLease(caller);
  }

  /** Replaces the caller after a refresh of its token. */
  void replaceCaller(Caller caller) {
    authenticated(caller, null);
  }

  @Override
  protected boolean isWithin(BiPredicate<String, Action> allowed) {
    return super.isWithin(allowed) && commands.isPresentWithin(allowed);
  }

  @Override
  protected void reauthorize(Caller now) {
    commands.reauthorize(now).forEach(push -> send(EncodedFrame.message(push)));
  }

  /** Handles a frame. Frames are answered in the order in which they arrive. */
  @Override
  public void onText(String text) {
    if (hasEnded()) {
      return;
    }
    recordActivity();
    roomWait.await(whenRoomOrEnded());
    if (!awaitReplies()) {
      return;
    }
    CommandReader.Frame frame;
    try {
      frame = reader.read(text, tenantSettings().publish());
    } catch (ProblemException e) {
      Problem exceeded = chargeMessage(1);
      String error = NativeFrames.error(null, exceeded == null ? e.problem() : exceeded);
      answered = answered.thenRun(() -> send(EncodedFrame.message(error)));
      countError();
      return;
    }
    FrameReplies replies = new FrameReplies(this, frame);
    Problem exceeded = chargeMessage(frame.commands().size());
    if (exceeded == null) {
      replies.execute(commands, publishCommands, answered);
    } else {
      replies.refuse(exceeded);
    }
    long bytes = replies.bytes();
    unsentBytes.addAndGet(bytes);
    answered =
        replies
            .sendAfter(answered, reply -> send(EncodedFrame.message(reply)))
            .whenComplete((sent, failure) -> unsentBytes.addAndGet(-bytes));
  }

  /**
   * Waits a moment when too many replies wait for an earlier one, which waits for the store; ends
   * the session and returns false when that does not help.
   */
  private boolean awaitReplies() {
    if (unsentBytes.get() <= tenantSettings().outboxBytes() || answeredWait.await(answered)) {
      return true;
    }
    end(
        new Problem(
            Code.RATE_LIMITED,
            "too many replies to this connection wait for the store; await some of them",
            Duration.ofSeconds(1)));
    return false;
  }

  NativeDialect dialect() {
    return dialect;
  }

  @Override
  public void beforeNewStream(EncodedPublication first) {
    EncodedFrame announcement = dialect.streamAnnouncement(first);
    if (announcement != null) {
      send(announcement);
    }
  }

  @Override
  public void sendPublication(EncodedPublication publication) {
    if (!publication.isNotFor(id)) {
      send(publication.encodedBy(dialect.encoder()));
    } else if (!publication.isEphemeral()) {
      send(publication.encodedBy(SkippedEncoder.INSTANCE));
    }
  }

  @Override
  public void sendLost(ChannelName channel, LostPosition lost) {
    send(EncodedFrame.message(NativeFrames.lost(channel, lost)));
  }

  @Override
  public void sendPresence(EncodedPresence change) {
    send(change.encodedBy(dialect.encoder()));
  }

  @Override
  public void sendPresenceReset(ChannelName channel, PresencePage page) {
    send(
        EncodedFrame.message(NativeFrames.presencePush(NativeFrames.presenceReset(channel, page))));
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return EncodedFrame.message(NativeFrames.end(problem));
  }

  @Override
  public void sweep(long nowNanos, long nowMillis, long awakeSinceNanos) {
    super.sweep(nowNanos, nowMillis, awakeSinceNanos);
    if (hasEnded()) {
      return;
    }
    Caller caller = caller();
    if (caller == null
        && Math.min(nowNanos - openedNanos(), nowNanos - awakeSinceNanos)
            > context.settings().connectTimeout().toNanos()) {
      end(Problem.of(Code.UNAUTHORIZED, "no `connect` with a token came in time"));
    } else if (caller != null && noticedExpiryMillis != caller.expiresAt().toEpochMilli()) {
      long expires = caller.expiresAt().toEpochMilli();
      if (expires - nowMillis <= context.settings().expiryNotice().toMillis()) {
        noticedExpiryMillis = expires;
        send(EncodedFrame.message(NativeFrames.expiring(caller.expiresAt())));
      }
    }
  }

  @Override
  protected void onReleased() {
    commands.close();
  }

  /**
   * Resets the count of errors in a row. Called by the reading thread, like {@link #countError}.
   */
  void resetErrors() {
    errorsInARow.set(0);
  }

  /** Counts a command before authentication; returns false when it must not be carried out. */
  boolean admitsUnauthenticated() {
    return countUnauthenticated();
  }

  void countError() {
    if (errorsInARow.incrementAndGet() >= MAX_ERRORS_IN_A_ROW) {
      end(
          Problem.of(
              Code.PROTOCOL_ERROR,
              MAX_ERRORS_IN_A_ROW + " frames in a row could not be understood"));
    }
  }
}
