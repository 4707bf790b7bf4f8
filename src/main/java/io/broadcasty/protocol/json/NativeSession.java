package io.broadcasty.protocol.json;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Lost;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.session.MessageSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Transport;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A WebSocket connection of the native protocol (protocol/PROTOCOL.md). */
public final class NativeSession extends MessageSession {

  private static final int MAX_ERRORS_IN_A_ROW = 10;

  private final CommandReader reader;
  private final NativeDialect dialect;
  private final String id = UUID.randomUUID().toString();
  private volatile long noticedExpiryMillis;
  private int errorsInARow;
  private final Patience forRoom = new Patience();
  private final Commands commands = new Commands(this, context, id);
  private final Publishing publishing = new Publishing(context, this::tenantSettings);

  /** Completes when the latest frame has been answered; the next answer waits for it. */
  private CompletableFuture<@Nullable Void> answered = CompletableFuture.completedFuture(null);

  public NativeSession(
      SessionContext context, Transport transport, CommandReader reader, NativeDialect dialect) {
    super(context, transport);
    this.reader = reader;
    this.dialect = dialect;
    opened();
  }

  /** Takes a place in the connection limits for the caller; returns false when none is left. */
  boolean takePlace(Caller caller) {
    return admit(caller);
  }

  /** Replaces the caller after a refresh of its token. */
  void refreshed(Caller caller) {
    authenticated(caller, null);
  }

  /** Handles a frame. Frames are answered in the order in which they arrive. */
  @Override
  public void onText(String text) {
    if (hasEnded()) {
      return;
    }
    heard();
    forRoom.await(room());
    CommandReader.Frame frame;
    try {
      frame = reader.read(text, tenantSettings().publish());
    } catch (ProblemException e) {
      String error = NativeFrames.error(null, e.problem());
      answered = answered.thenRun(() -> send(EncodedFrame.message(error)));
      misunderstood();
      return;
    }
    Replies replies = new Replies(this, frame);
    replies.carryOut(commands, publishing, answered);
    answered = replies.sendAfter(answered, reply -> send(EncodedFrame.message(reply)));
  }

  NativeDialect dialect() {
    return dialect;
  }

  @Override
  public void newStream(EncodedPublication first) {
    EncodedFrame announcement = dialect.newStream(first);
    if (announcement != null) {
      send(announcement);
    }
  }

  @Override
  public void publication(EncodedPublication publication) {
    send(publication.as(dialect.encoder()));
  }

  @Override
  public void lost(ChannelName channel, Lost lost) {
    send(EncodedFrame.message(NativeFrames.lost(channel, lost)));
  }

  @Override
  public void presence(EncodedPresence change) {
    send(change.as(dialect.encoder()));
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
  protected void left() {
    commands.close();
  }

  /**
   * Resets the count of errors in a row. Called by the reading thread, like {@link #misunderstood}.
   */
  void understood() {
    errorsInARow = 0;
  }

  void misunderstood() {
    if (++errorsInARow >= MAX_ERRORS_IN_A_ROW) {
      end(
          Problem.of(
              Code.PROTOCOL_ERROR,
              MAX_ERRORS_IN_A_ROW + " frames in a row could not be understood"));
    }
  }
}
