package io.broadcasty.hub;

import java.util.List;

/**
 * How a transport that writes bytes puts a frame on the wire. Pure, and one instance a transport.
 */
@FunctionalInterface
public interface WireFormat {

  /** The bytes of a frame, which nobody changes any more. */
  byte[] encode(EncodedFrame frame);

  /** The bytes of frames that go out together, in their order. */
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
