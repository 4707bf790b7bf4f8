package io.broadcasty.transport.websocket.frame;

class FramingInSmallPiecesTest implements FramingContract {

  @Override
  public WebSocketPeer open() {
    return new EchoServer(7);
  }
}
