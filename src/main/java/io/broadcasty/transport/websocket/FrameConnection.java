package io.broadcasty.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.auth.Caller;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.protocol.Problem;
import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.MessageSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Transport;
import io.broadcasty.transport.NonBlockingInput;
import io.broadcasty.transport.NonBlockingOutput;
import io.broadcasty.transport.OpenLiberty;
import io.broadcasty.transport.websocket.frame.FrameException;
import io.broadcasty.transport.websocket.frame.FrameListener;
import io.broadcasty.transport.websocket.frame.FrameReader;
import io.broadcasty.transport.websocket.frame.Frames;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
  private static final long GOODBYE_MILLIS = 60_000;

  /** How long the peer may take to answer the close frame. */
  private static final long CLOSE_MILLIS = 5000;

  /**
   * How long the peer may take to close the TCP connection after both close frames, as it often
   * does itself: Payara logs an error when that happens while the server closes it.
   */
  private static final long LEAVE_MILLIS = 100;

  /** The close code for an internal error (RFC 6455, section 7.4.1). */
  private static final int INTERNAL_ERROR = 1011;

  /** Loads the classes that a draining server needs while classes can still be loaded. */
  static final byte[] GOING_AWAY = Frames.close(1001, "");

  private static final CompletableFuture<@Nullable Void> NOT_YET =
      CompletableFuture.completedFuture(null);

  private final SessionContext context;
  private final WebConnection connection;
  private final NonBlockingInput in;
  private final NonBlockingOutput out;
  private final FrameReader reader;
  private final MessageSession session;

  // created with the connection, since a stopping Payara cannot link lambdas any more
  private final Done afterGoodbye = this::saidGoodbye;
  private final Runnable disconnect = this::disconnectNow;

  private final AtomicBoolean disconnected = new AtomicBoolean();

  @GuardedBy("this")
  private CompletableFuture<@Nullable Void> leaving = NOT_YET;

  private volatile boolean closing;
  private volatile boolean peerClosed;

  FrameConnection(
      SessionContext context,
      MessageProtocol.Accepted accepted,
      boolean joinsMessages,
      int maxMessageBytes,
      WebConnection connection,
      ServletOutputStream output)
      throws IOException {
    this.context = context;
    this.connection = connection;
    this.in = new NonBlockingInput(connection.getInputStream(), context.readers(), this);
    this.out =
        new NonBlockingOutput(
            output,
            joinsMessages ? JoinedMessages.INSTANCE : FrameFormat.INSTANCE,
            context.closers());
    this.reader = new FrameReader(maxMessageBytes, this);
    this.session = accepted.open(context, this);
  }

  /** Sends the answer to the handshake, which Payara delays. */
  void begin() throws IOException {
    connection.getOutputStream().flush();
  }

  /** Begins to read and write. */
  void open(@Nullable Caller caller) throws IOException {
    out.begin();
    if (caller != null) {
      session.open(caller);
    }
    in.begin();
  }

  // input

  @Override
  public void onBytes(byte[] bytes) {
    if (reader.isOver()) {
      // Keep reading, since the system answers unread bytes with a reset, which would overtake the
      // close frame.
      if (Frames.isClose(bytes, bytes.length)) {
        disconnect();
      }
      return;
    }
    try {
      reader.read(bytes, 0, bytes.length);
    } catch (FrameException e) {
      session.gone();
      finish(e.closeCode(), e.reason());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Cannot handle a client's message; closing the connection", e);
      session.gone();
      finish(INTERNAL_ERROR, "internal error");
    }
  }

  @Override
  public void onEnd(@Nullable Throwable failure) {
    LOG.log(Level.DEBUG, "A WebSocket ended without a close frame", failure);
    disconnect();
  }

  @Override
  public void onText(String text) {
    session.received(text);
    session.onText(text);
  }

  @Override
  public void onBinary(int lengthBytes) {
    session.onBinary();
  }

  @Override
  public void onPing(byte[] data) {
    session.onPing(EncodedFrame.control(Frames.pong(data)));
  }

  @Override
  public void onPong(byte[] data) {
    session.heard();
  }

  @Override
  public void onClose(int code, String reason) {
    peerClosed = true;
    session.gone();
    out.writeLast(Frames.closeAnswer(code), afterGoodbye);
    if (closing) {
      leaveIn(LEAVE_MILLIS);
    }
  }

  // output

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    out.write(frames, done);
  }

  @Override
  public void close(Problem problem) {
    finish(WebSockets.closeCode(problem), WebSockets.closeReason(problem));
  }

  /**
   * Sends a close frame and keeps the connection open for a while, so that the peer reads the frame
   * and closes (RFC 6455, section 7.1.1).
   */
  private void finish(int code, String reason) {
    closing = true;
    leaveIn(GOODBYE_MILLIS);
    out.writeLast(Frames.close(code, reason), afterGoodbye);
  }

  private void saidGoodbye(@Nullable Throwable failure) {
    if (failure != null) {
      disconnect();
    } else {
      leaveIn(peerClosed ? LEAVE_MILLIS : CLOSE_MILLIS);
    }
  }

  /** Schedules the disconnect; replaces an earlier schedule. */
  private synchronized void leaveIn(long millis) {
    leaving.cancel(false);
    leaving = new CompletableFuture<>();
    var unused =
        leaving
            .completeOnTimeout(null, millis, TimeUnit.MILLISECONDS)
            .thenRunAsync(disconnect, context.closers());
  }

  private synchronized void stayNoLonger() {
    leaving.cancel(false);
  }

  /** Ends the session and closes the TCP connection without a close frame. */
  void disconnect() {
    session.gone();
    context.closers().execute(disconnect);
  }

  private void disconnectNow() {
    session.gone();
    if (disconnected.compareAndSet(false, true)) {
      stayNoLonger();
      try {
        if (OpenLiberty.made(connection)) {
          OpenLiberty.close(connection);
        } else {
          connection.close();
        }
      } catch (Exception e) { // declared by WebConnection
        LOG.log(Level.DEBUG, "The connection ended before it was closed", e);
      }
    }
  }
}
