package io.broadcasty.container;

import io.broadcasty.transport.websocket.frame.FramingContract;
import io.broadcasty.transport.websocket.frame.Peer;
import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The WebSocket of the server as it was built, held to RFC 6455. What is aborted here is what
 * Payara's own implementation (Tyrus 2.1.5) does otherwise.
 */
class FramingIT extends AsBuilt implements FramingContract {

  private static final String LOOKS_LATE = "Tyrus looks at a frame when it has all of its bytes";

  @Override
  public Peer open() throws IOException {
    return new SocketPeer(api, api.tokens.guest());
  }

  @Test
  @Override
  public void s5_1_aFrameWithoutAMaskIsRefused() {
    Assumptions.abort("Tyrus takes a body's first bytes for the mask, and waits for more");
  }

  @Test
  @Override
  public void s5_2_aLengthInALongerFormThanNeededIsRefused() {
    Assumptions.abort("Tyrus takes a length in any form");
  }

  @Test
  @Override
  public void s5_2_aLengthWithTheHighestBitIsRefused() {
    Assumptions.abort("Tyrus closes with 1011 instead of 1002");
  }

  @Test
  @Override
  public void s8_1_aBadByteIsRefusedAsSoonAsItsFragmentEnds() {
    Assumptions.abort("Tyrus sees a bad character only when the one after it begins");
  }

  @Test
  @Override
  public void s8_1_aBadByteIsRefusedBeforeItsFrameIsWhole() {
    Assumptions.abort(LOOKS_LATE);
  }

  @Test
  @Override
  public void s10_4_aMessageThatIsTooLongIsRefusedWhenItIsAnnounced() {
    Assumptions.abort(LOOKS_LATE);
  }

  @Test
  @Override
  public void s10_4_aMessageThatIsTooLongOverAllItsFramesIsRefused() {
    Assumptions.abort(LOOKS_LATE);
  }
}
