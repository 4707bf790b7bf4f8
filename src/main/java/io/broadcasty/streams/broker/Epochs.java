package io.broadcasty.streams.broker;

import java.security.SecureRandom;

/**
 * Generates names of epochs: 8 random characters out of {@code 0-9a-z}, so that a restarted stream
 * has another one.
 */
public final class Epochs {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int LENGTH = 8;
  private static final int RADIX = 36;

  private Epochs() {}

  /** Returns a new random name. */
  public static String next() {
    StringBuilder name = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      name.append(Character.forDigit(RANDOM.nextInt(RADIX), RADIX));
    }
    return name.toString();
  }
}
