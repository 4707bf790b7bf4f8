package io.broadcasty.protocol.compact;

import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;

/**
 * The optional fields that a client requests by the query parameter {@code include}.
 *
 * @param id the ids that the server has chosen
 * @param time when each publication was published
 */
record IncludedFields(boolean id, boolean time) {

  /** The number of combinations. */
  static final int VARIANTS = 4;

  /** Returns a number for each combination, below {@link #VARIANTS}. */
  int index() {
    return (id ? 1 : 0) + (time ? 2 : 0);
  }

  static IncludedFields at(int index) {
    return new IncludedFields((index & 1) != 0, (index & 2) != 0);
  }

  /**
   * Reads the parameter {@code include}.
   *
   * @throws ProblemException when it names another field
   */
  static IncludedFields of(StreamRequest request) throws ProblemException {
    boolean id = false;
    boolean time = false;
    for (String list : request.parameters("include")) {
      for (String field : list.split(",", -1)) {
        switch (field) {
          case "id" -> id = true;
          case "time" -> time = true;
          default ->
              throw new ProblemException(
                  Code.INVALID_REQUEST, "`include` is a list of `id` and `time`, as in id,time");
        }
      }
    }
    return new IncludedFields(id, time);
  }
}
