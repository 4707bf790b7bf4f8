package io.broadcasty.broker;

import java.security.SecureRandom;

/**
 * Names for epochs: 8 characters out of {@code 0-9a-z}, random, so that two lives of a stream do
 * not share one.
 */
public final class Epochs {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int LENGTH = 8;
  private static final int RADIX = 36;

  private Epochs() {}

  /** A new name. */
  public static String next() {
    StringBuilder name = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      name.append(Character.forDigit(RANDOM.nextInt(RADIX), RADIX));
    }
    return name.toString();
  }
}
