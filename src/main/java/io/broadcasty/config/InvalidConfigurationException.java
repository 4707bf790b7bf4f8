package io.broadcasty.config;

import java.util.List;

/** The configuration cannot be used. The message names every fault and how to mend it. */
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
        false); // where it was found says nothing to an operator
    this.faults = List.copyOf(faults);
  }

  /** One sentence a fault. */
  public List<String> faults() {
    return faults;
  }
}
