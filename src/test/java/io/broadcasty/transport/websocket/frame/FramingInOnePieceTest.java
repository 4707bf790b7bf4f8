package io.broadcasty.transport.websocket.frame;

class FramingInOnePieceTest extends FramingContract {

  @Override
  protected Peer open() {
    return new EchoServer(Integer.MAX_VALUE / 2);
  }
}
