package io.broadcasty.push.device;

import java.io.Serial;

/**
 * Thrown for an address that its push service cannot have issued; the message says what it must
 * look like.
 */
public final class InvalidDeviceException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  public InvalidDeviceException(String message) {
    super(message);
  }
}
