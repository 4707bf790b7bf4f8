package io.broadcasty.transport.websocket.frame;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A server without a socket: a {@link FrameReader} whose listener answers with {@link Frames}. */
final class EchoServer implements WebSocketPeer, FrameListener {

  private static final int MAX_MESSAGE_BYTES = 100_000;

  private final FrameReader reader = new FrameReader(MAX_MESSAGE_BYTES, this);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int pieceBytes;
  private @Nullable ByteArrayInputStream in;

  /**
   * Creates a server.
   *
   * @param pieceBytes the length of the pieces into which the network splits the bytes
   */
  EchoServer(int pieceBytes) {
    this.pieceBytes = pieceBytes;
  }

  @Override
  public void send(byte[] bytes) {
    byte[] buffer = bytes.clone();
    try {
      for (int at = 0; at < buffer.length; at += pieceBytes) {
        reader.read(buffer, at, Math.min(pieceBytes, buffer.length - at));
      }
    } catch (FrameException e) {
      out.writeBytes(Frames.close(e.closeCode(), e.reason()));
    }
  }

  /** Returns the next frame; after the last one the end, so call it when everything is sent. */
  @Override
  public @Nullable ServerFrame next() throws IOException {
    if (in == null || in.available() == 0) {
      in = new ByteArrayInputStream(out.toByteArray());
      out.reset();
    }
    ServerFrame frame = ServerFrame.read(in);
    if (frame == null && !reader.isDone()) {
      throw new IOException("the server says nothing, and does not hang up");
    }
    return frame;
  }

  @Override
  public String question(String mark, int lengthBytes) {
    return mark + " ".repeat(Math.max(0, lengthBytes - ClientFrame.utf8(mark).length));
  }

  @Override
  public int maxMessageBytes() {
    return MAX_MESSAGE_BYTES;
  }

  @Override
  public void onText(String text) {
    out.writeBytes(Frames.text(text));
  }

  @Override
  public void onBinary(int lengthBytes) {
    out.writeBytes(Frames.close(1003, "text only"));
    reader.stop();
  }

  @Override
  public void onPing(byte[] body) {
    out.writeBytes(Frames.pong(body));
  }

  @Override
  public void onPong(byte[] body) {
    // an unsolicited heartbeat
  }

  @Override
  public void onClose(int code, String reason) {
    out.writeBytes(Frames.closeAnswer(code));
  }

  @Override
  public void close() {
    // nothing to release
  }
}
