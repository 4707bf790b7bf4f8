package io.broadcasty.core.auth.jwt;

/**
 * Whether the keys of an issuer can be fetched.
 *
 * @param keys how many are known
 * @param problem why the latest attempt to fetch them failed; empty when it succeeded, or when
 *     there was none yet
 */
public record KeyCondition(int keys, String problem) {

  /** Describes it for operators. */
  public String text() {
    if (problem.isEmpty()) {
      return "up";
    }
    return keys == 0
        ? "down: no keys are known, so its tokens are refused: " + problem
        : "degraded: its " + keys + " known keys stay in use: " + problem;
  }
}
