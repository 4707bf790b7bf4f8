package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.transport.io.FrameSequence;
import io.broadcasty.wire.Problem;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a {@code jakarta.websocket} session: asynchronously, with one frame in flight, as Open
 * Liberty requires.
 */
final class WebSocketTransport implements Transport {

  private static final System.Logger LOG = System.getLogger(WebSocketTransport.class.getName());

  /**
   * The longest close reason: a control frame's body has at most 125 bytes, two of which are the
   * code (RFC 6455, section 5.5).
   */
  private static final int MAX_REASON = 123;

  private final Session session;
  private final MessageProtocol.Accepted accepted;

  private final boolean joinsMessages;

  private final @Nullable String clientAddress;

  /**
   * Creates a transport for an open session.
   *
   * @param accepted knows the close codes of the protocol
   * @param joinsMessages see {@link io.broadcasty.delivery.session.MessageProtocol#joinsMessages}
   * @param clientAddress null where it is unknown
   */
  WebSocketTransport(
      Session session,
      MessageProtocol.Accepted accepted,
      boolean joinsMessages,
      @Nullable String clientAddress) {
    this.session = session;
    this.accepted = accepted;
    this.joinsMessages = joinsMessages;
    this.clientAddress = clientAddress;
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

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    new FrameSequence(joinsMessages ? JoinedMessages.join(frames) : frames, done) {
      @Override
      protected void send(EncodedFrame frame) {
        try {
          if (frame.kind() == EncodedFrame.Kind.HEARTBEAT) {
            session.getAsyncRemote().sendPing(ByteBuffer.allocate(0));
            onSent(null);
          } else {
            session
                .getAsyncRemote()
                .sendText(
                    frame.text(),
                    result -> onSent(result.isOK() ? null : failure(result.getException())));
          }
        } catch (IOException | RuntimeException e) {
          onSent(e);
        }
      }
    }.advance();
  }

  @Override
  public void close(Problem problem) {
    close(session, problem, WebSocketRegistration.closeCode(accepted, problem));
  }

  /** Closes a WebSocket that has no transport yet. */
  static void close(Session session, Problem problem) {
    close(session, problem, WebSocketRegistration.closeCode(problem));
  }

  private static void close(Session session, Problem problem, int code) {
    String text = WebSocketRegistration.closeReason(problem);
    String reason = text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON);
    try {
      session.close(new CloseReason(() -> code, reason));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "The connection ended before it was closed", e);
    }
  }

  private static Throwable failure(@org.jspecify.annotations.Nullable Throwable exception) {
    return exception == null ? new IOException("the frame was not sent") : exception;
  }
}
