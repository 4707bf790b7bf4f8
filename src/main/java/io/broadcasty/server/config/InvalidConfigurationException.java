package io.broadcasty.server.config;

import java.util.List;

/**
 * Thrown when the configuration is invalid. The message lists every fault and how to correct it.
 */
public final class InvalidConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  public InvalidConfigurationException(List<String> faults) {
    super(
        "Broadcasty cannot start because its configuration has "
            + (faults.size() == 1 ? "an error" : faults.size() + " errors")
            + ":\n  - "
            + String.join("\n  - ", faults),
        null,
        false,
        false); // a stack trace does not help operators
    this.faults = List.copyOf(faults);
  }

  /** Returns one sentence for each fault. */
  public List<String> faults() {
    return faults;
  }
}
