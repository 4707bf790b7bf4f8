package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.streams.broker.Publication;
import org.jspecify.annotations.Nullable;

/** A publication on its way to this node's subscribers, with its cached encodings. */
@ThreadSafe
public final class EncodedPublication extends EncodingCache {

  private final Publication publication;
  private final int channelNumber;

  /**
   * Wraps a publication that has not been encoded yet.
   *
   * @param channelNumber the result of {@link Hub#number} for the publication's channel
   */
  public EncodedPublication(Publication publication, int channelNumber) {
    this.publication = publication;
    this.channelNumber = channelNumber;
  }

  public Publication publication() {
    return publication;
  }

  /** Returns the number of the publication's channel on this node. */
  public int channelNumber() {
    return channelNumber;
  }

  /**
   * Returns the publication as this encoder writes it; encodes it for the first subscriber that
   * needs it.
   */
  @SuppressWarnings("unchecked") // the cached value was made by this encoder
  public <P> P encodedBy(FrameEncoder<P> encoder) {
    @Nullable Object known = find(encoder);
    return (P) (known == null ? putIfAbsent(encoder, encoder.publication(this)) : known);
  }
}
