package io.broadcasty.transport.websocket.frame;

/**
 * Hears what a {@link FrameReader} has read, in the order of the wire, on the thread that reads.
 * What it throws ends the reading.
 */
public interface FrameListener {

  /** A whole text message, however many frames it came in. */
  void onText(String text);

  /**
   * A whole binary message. Its bytes are not kept.
   *
   * @param lengthBytes how long it was
   */
  void onBinary(int lengthBytes);

  /**
   * A ping, to be answered by a pong with the same body. May come between the frames of a message.
   *
   * @param body at most 125 bytes; the listener's own
   */
  void onPing(byte[] body);

  /**
   * A pong, asked for or not. May come between the frames of a message.
   *
   * @param body at most 125 bytes; the listener's own
   */
  void onPong(byte[] body);

  /**
   * A close frame, the last that is read. To be answered by {@link Frames#closeAnswer}, unless a
   * close frame was sent before.
   *
   * @param code one that {@linkplain CloseCodes#isSendable may be sent}, or {@link CloseCodes#NONE}
   * @param reason the peer's words; often empty
   */
  void onClose(int code, String reason);
}
