package io.broadcasty.transport.websocket.frame;

class FramingInSmallPiecesTest implements FramingContract {

  @Override
  public Peer open() {
    return new EchoServer(7);
  }
}
