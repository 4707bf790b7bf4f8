package io.broadcasty.hub;

import io.broadcasty.broker.Publication;
import org.jspecify.annotations.Nullable;

/**
 * A publication on its way to this node's subscribers, with what the encoders in use have made of
 * it. Safe for use by several threads.
 */
public final class EncodedPublication extends Encodings {

  private final Publication publication;

  public EncodedPublication(Publication publication) {
    this.publication = publication;
  }

  public Publication publication() {
    return publication;
  }

  /** The publication as this encoder writes it; made when the first subscriber needs it. */
  @SuppressWarnings("unchecked") // what is kept for an encoder is what it has made
  public <P> P as(FrameEncoder<P> encoder) {
    @Nullable Object known = find(encoder);
    return (P) (known == null ? keep(encoder, encoder.publication(this)) : known);
  }
}
