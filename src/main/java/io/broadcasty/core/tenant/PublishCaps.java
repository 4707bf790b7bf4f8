package io.broadcasty.core.tenant;

/**
 * Limits of a publish request.
 *
 * @param maxPayloadBytes the maximum size of a publication's payload, its meta included, as JSON in
 *     UTF-8
 * @param maxBatch the maximum number of publications in one request
 */
public record PublishCaps(int maxPayloadBytes, int maxBatch) {

  public PublishCaps {
    if (maxPayloadBytes < 1 || maxBatch < 1) {
      throw new IllegalArgumentException("the limits of a publish request must be at least 1");
    }
  }
}
