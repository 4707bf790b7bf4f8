package io.broadcasty.delivery.hub;

import java.util.List;

/**
 * Converts frames to the bytes that a transport writes. Implementations are pure; there is one
 * instance for each transport.
 */
@FunctionalInterface
public interface WireFormat {

  /** Returns the bytes of a frame, which must not be changed. */
  byte[] encode(EncodedFrame frame);

  /** Returns the bytes of frames that go out together, in their order. */
  default byte[] encode(List<EncodedFrame> frames) {
    int length = 0;
    for (EncodedFrame frame : frames) {
      length += frame.bytes(this).length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (EncodedFrame frame : frames) {
      byte[] bytes = frame.bytes(this);
      System.arraycopy(bytes, 0, all, at, bytes.length);
      at += bytes.length;
    }
    return all;
  }
}
