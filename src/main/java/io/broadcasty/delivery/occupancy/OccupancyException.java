package io.broadcasty.delivery.occupancy;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the occupancy store cannot be reached, or has not answered. Reporting the same again
 * is right.
 */
public final class OccupancyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OccupancyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
