package io.broadcasty.transport.websocket.frame;

class FramingByteByByteTest implements FramingContract {

  @Override
  public Peer open() {
    return new EchoServer(1);
  }
}
