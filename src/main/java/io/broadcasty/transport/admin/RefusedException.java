package io.broadcasty.transport.admin;

import io.broadcasty.wire.Problem;

/** Refuses a request in an interceptor; the mapper of exceptions answers it with the problem. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public RefusedException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
