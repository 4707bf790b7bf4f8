package io.broadcasty.core.rbac;

import java.util.List;

/**
 * A decision, and how it came about.
 *
 * @param steps in the order in which they were taken
 */
public record AccessExplanation(boolean allowed, List<Step> steps) {

  /**
   * A step of a decision.
   *
   * @param check what was asked: {@code key}, {@code policy}, {@code rule}, {@code pattern}, {@code
   *     built-in}, {@code resolver}
   * @param passed whether it speaks for the operation
   * @param detail a sentence for people
   */
  public record Step(String check, boolean passed, String detail) {}

  public AccessExplanation {
    steps = List.copyOf(steps);
  }
}
