package io.broadcasty.hub;

/**
 * How a transport that writes bytes puts a frame on the wire. Pure, and one instance a transport.
 */
@FunctionalInterface
public interface WireFormat {

  /** The bytes of a frame, which nobody changes any more. */
  byte[] encode(EncodedFrame frame);
}
