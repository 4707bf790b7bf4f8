package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Publication;
import org.jspecify.annotations.Nullable;

/**
 * A publication on its way to this node's subscribers, with what the encoders in use have made of
 * it.
 */
@ThreadSafe
public final class EncodedPublication extends Encodings {

  private final Publication publication;
  private final int channelNumber;

  /**
   * @param channelNumber what {@link Hub#number} says of the publication's channel
   */
  public EncodedPublication(Publication publication, int channelNumber) {
    this.publication = publication;
    this.channelNumber = channelNumber;
  }

  public Publication publication() {
    return publication;
  }

  /** The number of the publication's channel on this node. */
  public int channelNumber() {
    return channelNumber;
  }

  /** The publication as this encoder writes it; made when the first subscriber needs it. */
  @SuppressWarnings("unchecked") // what is kept for an encoder is what it has made
  public <P> P as(FrameEncoder<P> encoder) {
    @Nullable Object known = find(encoder);
    return (P) (known == null ? keep(encoder, encoder.publication(this)) : known);
  }
}
