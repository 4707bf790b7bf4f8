package io.broadcasty.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.transport.container.UpgradedConnections;
import io.broadcasty.transport.edge.UnauthenticatedRequest;
import io.broadcasty.transport.io.NonBlockingInput;
import io.broadcasty.transport.io.NonBlockingOutput;
import io.broadcasty.transport.websocket.frame.FrameException;
import io.broadcasty.transport.websocket.frame.FrameListener;
import io.broadcasty.transport.websocket.frame.FrameReader;
import io.broadcasty.transport.websocket.frame.Frames;
import io.broadcasty.wire.Problem;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection of Broadcasty's own engine: reads frames from an upgraded connection,
 * passes them to a {@link MessageSession}, and writes the session's frames.
 */
final class FrameConnection implements Transport, FrameListener, NonBlockingInput.Receiver {

  private static final System.Logger LOG = System.getLogger(FrameConnection.class.getName());

  /** How long a peer that does not read may take to accept the close frame, with its code. */
  private static final long CLOSE_WRITE_MILLIS = 60_000;

  /** How long the peer may take to answer the close frame. */
  private static final long CLOSE_ANSWER_MILLIS = 5000;

  /**
   * How long the peer may take to close the TCP connection after both close frames, as it often
   * does itself: Payara logs an error when that happens while the server closes it.
   */
  private static final long PEER_CLOSE_MILLIS = 100;

  /** The close code for an internal error (RFC 6455, section 7.4.1). */
  private static final int INTERNAL_ERROR = 1011;

  /** Loads the classes that a draining server needs while classes can still be loaded. */
  static final byte[] GOING_AWAY = Frames.close(1001, "");

  private static final CompletableFuture<@Nullable Void> NOT_SCHEDULED =
      CompletableFuture.completedFuture(null);

  private final SessionContext context;
  private final MessageProtocol.Accepted accepted;
  private final @Nullable String clientAddress;
  private final WebConnection connection;
  private final NonBlockingInput in;
  private final NonBlockingOutput out;
  private final FrameReader reader;
  private final MemoryReservation readerMemory;
  private final int maxMessageBytes;
  private final MessageSession session;

  // created with the connection, since a stopping Payara cannot link lambdas any more
  private final Done afterCloseFrame = this::onCloseFrameWritten;
  private final Runnable disconnect = this::disconnectNow;
  private final Runnable giveUp = this::giveUpUnread;

  private final AtomicBoolean disconnected = new AtomicBoolean();

  /** Whether the reader has the limits of an authenticated client. */
  @ConfinedTo("the input's executor, one call at a time")
  private boolean authenticated;

  /** Whether a message became whole during the read. */
  @ConfinedTo("the input's executor, one call at a time")
  private boolean messageIsWhole;

  @GuardedBy("this")
  private CompletableFuture<@Nullable Void> scheduledDisconnect = NOT_SCHEDULED;

  private volatile boolean closing;
  private volatile boolean peerClosed;

  FrameConnection(
      SessionContext context,
      MessageProtocol.Accepted accepted,
      boolean joinsMessages,
      int maxMessageBytes,
      @Nullable String clientAddress,
      WebConnection connection,
      ServletOutputStream output)
      throws IOException {
    this.context = context;
    this.accepted = accepted;
    this.clientAddress = clientAddress;
    this.connection = connection;
    this.maxMessageBytes = maxMessageBytes;
    MemoryBudget inbound = context.memory().of(MemoryArea.INBOUND);
    this.in =
        new NonBlockingInput(
            connection.getInputStream(), context.readers(), new MemoryReservation(inbound), this);
    this.out =
        new NonBlockingOutput(
            output,
            joinsMessages ? JoinedMessages.INSTANCE : FrameFormat.INSTANCE,
            context.closers());
    this.session = accepted.open(context, this);
    this.readerMemory = new MemoryReservation(inbound);
    this.reader = new FrameReader(session.maxMessageBytes(maxMessageBytes), readerMemory, this);
  }

  /** Returns true, since a WebSocket is read from. */
  @Override
  public boolean noticesDisconnects() {
    return true;
  }

  @Override
  public @Nullable String clientAddress() {
    return clientAddress;
  }

  /** Sends the answer to the handshake, which Payara delays. */
  void begin() throws IOException {
    connection.getOutputStream().flush();
  }

  /** Begins to read and write. */
  void open(@Nullable Caller caller, UnauthenticatedRequest.@Nullable Nobody nobody)
      throws IOException {
    out.begin();
    if (caller != null) {
      session.open(caller);
    } else if (nobody != null) {
      session.occupyUntilAuthenticated(nobody.place());
    }
    in.begin();
  }

  // input

  @Override
  public void onBytes(byte[] bytes) {
    if (reader.isDone()) {
      // Keep reading, since the system answers unread bytes with a reset, which would overtake the
      // close frame.
      if (Frames.isClose(bytes, bytes.length)) {
        disconnect();
      }
      return;
    }
    boolean continues = reader.isWithinMessage();
    messageIsWhole = false;
    try {
      raiseLimits(); // the token may have come with the handshake
      reader.read(bytes, 0, bytes.length);
    } catch (FrameException e) {
      onFault(e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Cannot handle a client's message; closing the connection", e);
      session.onTransportClosed();
      startClosing(INTERNAL_ERROR, "internal error");
    }
    if (!reader.isWithinMessage()) {
      session.onMessageWhole();
    } else if (!continues || messageIsWhole) {
      session.onMessageBegun();
    }
  }

  private void onFault(FrameException fault) {
    switch (fault.kind()) {
      case TENANT_MEMORY -> session.end(ProblemMapper.outOfMemory(Grant.TENANT_FULL));
      case NODE_MEMORY -> session.end(ProblemMapper.outOfMemory(Grant.NODE_FULL));
      case SIZE -> {
        session.onTransportClosed();
        startClosing(fault.closeCode(), WebSocketRegistration.tooLong(session, maxMessageBytes));
      }
      case PROTOCOL -> {
        session.onTransportClosed();
        startClosing(fault.closeCode(), fault.reason());
      }
    }
  }

  /** Gives an authenticated client the configured limit, and its tenant what it keeps. */
  private void raiseLimits() {
    Caller caller = authenticated ? null : session.caller();
    if (caller != null) {
      authenticated = true;
      reader.setMaxMessageBytes(maxMessageBytes);
      if (readerMemory.bytes() == 0) {
        readerMemory.assignTo(caller.tenant());
      }
    }
  }

  @Override
  public void onEnd(@Nullable Throwable failure) {
    reader.stop();
    session.onMessageWhole();
    if (failure instanceof NonBlockingInput.OverloadedException) {
      session.end(ProblemMapper.outOfMemory(Grant.NODE_FULL));
      return;
    }
    LOG.log(Level.DEBUG, "A WebSocket ended without a close frame", failure);
    disconnect();
  }

  @Override
  public void onText(String text) {
    messageIsWhole = true;
    session.countMessage(text);
    session.onText(text);
    raiseLimits();
  }

  @Override
  public void onBinary(int lengthBytes) {
    messageIsWhole = true;
    session.onBinary();
  }

  @Override
  public void onPing(byte[] data) {
    messageIsWhole |= !reader.isWithinMessage();
    session.onPing(EncodedFrame.control(Frames.pong(data)));
  }

  @Override
  public void onPong(byte[] data) {
    messageIsWhole |= !reader.isWithinMessage();
    session.recordActivity();
  }

  @Override
  public void onClose(int code, String reason) {
    peerClosed = true;
    session.onTransportClosed();
    if (!closing) {
      linger();
    }
    out.writeLast(Frames.closeAnswer(code), afterCloseFrame);
    if (closing) {
      disconnectAfter(PEER_CLOSE_MILLIS);
    }
  }

  // output

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    out.write(frames, done);
  }

  @Override
  public void close(Problem problem) {
    startClosing(
        WebSocketRegistration.closeCode(accepted, problem),
        WebSocketRegistration.closeReason(problem));
  }

  /**
   * Sends a close frame and keeps the connection open for a while, so that the peer reads the frame
   * and closes (RFC 6455, section 7.1.1).
   */
  private void startClosing(int code, String reason) {
    closing = true;
    linger();
    out.writeLast(Frames.close(code, reason), afterCloseFrame);
  }

  /** Lets a peer that does not read take some time, unless memory becomes short. */
  private void linger() {
    disconnectAfter(CLOSE_WRITE_MILLIS);
    context.sessions().lingering().add(giveUp);
    if (disconnected.get()) {
      context.sessions().lingering().remove(giveUp);
    }
  }

  private void onCloseFrameWritten(@Nullable Throwable failure) {
    if (failure != null) {
      disconnect();
    } else {
      disconnectAfter(peerClosed ? PEER_CLOSE_MILLIS : CLOSE_ANSWER_MILLIS);
    }
  }

  /** Schedules the disconnect; replaces an earlier schedule. */
  private synchronized void disconnectAfter(long millis) {
    scheduledDisconnect.cancel(false);
    scheduledDisconnect = new CompletableFuture<>();
    var unused =
        scheduledDisconnect
            .completeOnTimeout(null, millis, TimeUnit.MILLISECONDS)
            .thenRunAsync(disconnect, context.closers());
  }

  private synchronized void cancelDisconnect() {
    scheduledDisconnect.cancel(false);
  }

  /** Ends the session and closes the TCP connection without a close frame. */
  void disconnect() {
    session.onTransportClosed();
    context.closers().execute(disconnect);
  }

  private void disconnectNow() {
    session.onTransportClosed();
    if (disconnected.compareAndSet(false, true)) {
      cancelDisconnect();
      context.sessions().lingering().remove(giveUp);
      stopReading();
      if (out.isWaiting()) {
        out.abort(); // otherwise the close might wait for the peer to read
      }
      try {
        UpgradedConnections.close(connection);
      } catch (Exception e) { // declared by WebConnection
        LOG.log(Level.DEBUG, "The connection ended before it was closed", e);
      }
      out.abort(); // the server may keep an unread write otherwise
    }
  }

  /** Closes without a close frame if the peer does not read, to free memory of the node. */
  private void giveUpUnread() {
    if (out.isWaiting()) {
      out.abort();
      disconnect();
    }
  }

  /** Stops the input, which then releases what the reader keeps. */
  private void stopReading() {
    try {
      in.close();
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node stopped before this connection was closed", e);
    }
  }
}
