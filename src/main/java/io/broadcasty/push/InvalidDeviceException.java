package io.broadcasty.push;

import java.io.Serial;

/** An address that its push service cannot have given; the message says what it must look like. */
public final class InvalidDeviceException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  public InvalidDeviceException(String message) {
    super(message);
  }
}
