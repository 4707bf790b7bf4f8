package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.WireFormat;
import io.broadcasty.transport.websocket.frame.Frames;

/** Converts the hub's frames to WebSocket frames. */
final class FrameFormat implements WireFormat {

  static final FrameFormat INSTANCE = new FrameFormat();

  private FrameFormat() {}

  @Override
  public byte[] encode(EncodedFrame frame) {
    return frame.kind() == EncodedFrame.Kind.HEARTBEAT
        ? Frames.emptyPing()
        : Frames.text(frame.text());
  }
}
