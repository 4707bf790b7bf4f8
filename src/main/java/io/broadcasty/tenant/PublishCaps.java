package io.broadcasty.tenant;

/**
 * How much one publish request may bring.
 *
 * @param maxPayloadBytes the longest payload of a publication, its meta included, as JSON in UTF-8
 * @param maxBatch most publications in one request
 */
public record PublishCaps(int maxPayloadBytes, int maxBatch) {

  public PublishCaps {
    if (maxPayloadBytes < 1 || maxBatch < 1) {
      throw new IllegalArgumentException("the caps of a publish request are at least 1");
    }
  }
}
