package io.broadcasty.transport.websocket.frame;

class FramingInOnePieceTest implements FramingContract {

  @Override
  public Peer open() {
    return new EchoServer(Integer.MAX_VALUE / 2);
  }
}
