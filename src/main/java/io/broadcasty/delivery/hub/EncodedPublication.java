package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Publication;
import org.jspecify.annotations.Nullable;

/** A publication on its way to this node's subscribers, with its cached encodings. */
@ThreadSafe
public final class EncodedPublication extends EncodingCache {

  private final Publication publication;
  private final int channelNumber;
  private final boolean ephemeral;
  private final long ephemeralOrder;
  private final @Nullable String exceptSession;
  private final boolean erased;

  /**
   * Wraps a publication that has not been encoded yet.
   *
   * @param channelNumber the result of {@link Hub#number} for the publication's channel
   */
  public EncodedPublication(Publication publication, int channelNumber) {
    this(publication, channelNumber, 0);
  }

  private EncodedPublication(Publication publication, int channelNumber, long ephemeralOrder) {
    this.publication = publication;
    this.channelNumber = channelNumber;
    this.ephemeral = publication.envelope().ephemeral();
    this.ephemeralOrder = ephemeralOrder;
    Origin origin = publication.envelope().message().origin();
    this.exceptSession = origin.exceptSession();
    this.erased = origin.erased();
  }

  /**
   * Wraps an ephemeral publication that has not been encoded yet.
   *
   * @param order from 1, greater than that of all before it on the channel
   */
  static EncodedPublication ephemeral(Publication publication, int channelNumber, long order) {
    return new EncodedPublication(publication, channelNumber, order);
  }

  /** Returns whether the publication is not kept, so that it has no position. */
  public boolean isEphemeral() {
    return ephemeral;
  }

  /** Returns the order among the ephemeral publications of the channel; 0 for one that is kept. */
  public long ephemeralOrder() {
    return ephemeralOrder;
  }

  /** Returns whether the publication is not for this session, or for none, as it was erased. */
  public boolean isNotFor(String session) {
    return erased || (exceptSession != null && exceptSession.equals(session));
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
