package io.broadcasty.transport.websocket.frame;

class FramingInSmallPiecesTest extends FramingContract {

  @Override
  protected Peer open() {
    return new EchoServer(7);
  }
}
