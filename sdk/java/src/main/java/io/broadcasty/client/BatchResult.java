package io.broadcasty.client;

import java.util.Optional;

/**
 * What has come of one message of a batch: either a result or an error.
 *
 * @param result what was published
 * @param error why nothing was
 */
public record BatchResult(Optional<PublishResult> result, Optional<BroadcastyException> error) {

  /**
   * Returns the result.
   *
   * @throws BroadcastyException the error, if it is one
   */
  public PublishResult get() {
    return result.orElseThrow(error::get);
  }

  static BatchResult read(Json json) {
    Optional<Json> error = json.get("error");
    return new BatchResult(
        error.isPresent() ? Optional.empty() : Optional.of(PublishResult.read(json)),
        error.map(Problems::read));
  }
}
