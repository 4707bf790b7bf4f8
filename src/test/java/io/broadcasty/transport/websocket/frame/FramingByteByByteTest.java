package io.broadcasty.transport.websocket.frame;

class FramingByteByByteTest extends FramingContract {

  @Override
  protected Peer open() {
    return new EchoServer(1);
  }
}
