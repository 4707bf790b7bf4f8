package io.broadcasty.transport.websocket.frame;

class FramingByteByByteTest implements FramingContract {

  @Override
  public WebSocketPeer open() {
    return new EchoServer(1);
  }
}
