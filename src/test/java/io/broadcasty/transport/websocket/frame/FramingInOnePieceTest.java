package io.broadcasty.transport.websocket.frame;

class FramingInOnePieceTest implements FramingContract {

  @Override
  public WebSocketPeer open() {
    return new EchoServer(Integer.MAX_VALUE / 2);
  }
}
