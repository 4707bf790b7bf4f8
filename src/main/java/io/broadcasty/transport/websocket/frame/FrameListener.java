package io.broadcasty.transport.websocket.frame;

/**
 * Receives the messages of a {@link FrameReader} in order, on the thread that reads. An exception
 * that it throws ends the reading.
 */
public interface FrameListener {

  /** Receives a whole text message, however many frames it came in. */
  void onText(String text);

  /**
   * Called for a whole binary message, whose bytes are not kept.
   *
   * @param lengthBytes the length of the message
   */
  void onBinary(int lengthBytes);

  /**
   * Receives a ping, to be answered by a pong with the same body. May come between the frames of a
   * message.
   *
   * @param body at most 125 bytes; the listener owns the array
   */
  void onPing(byte[] body);

  /**
   * Receives a pong, solicited or not. May come between the frames of a message.
   *
   * @param body at most 125 bytes; the listener owns the array
   */
  void onPong(byte[] body);

  /**
   * Receives a close frame, the last frame that is read. To be answered by {@link
   * Frames#closeAnswer}, unless a close frame was sent before.
   *
   * @param code one that {@linkplain CloseCodes#isSendable may be sent}, or {@link CloseCodes#NONE}
   * @param reason the peer's text; often empty
   */
  void onClose(int code, String reason);
}
