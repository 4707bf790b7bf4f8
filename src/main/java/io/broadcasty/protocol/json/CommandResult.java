package io.broadcasty.protocol.json;

import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.Problem;

/** What a command leads to. */
sealed interface CommandResult {

  /**
   * It was carried out.
   *
   * @param fields of the reply's {@code result}
   */
  record Done(Json.Body fields) implements CommandResult {}

  /**
   * It was not.
   *
   * @param problem the reply's {@code error}
   */
  record Refused(Problem problem) implements CommandResult {}

  static CommandResult done(Json.Body fields) {
    return new Done(fields);
  }

  static CommandResult refused(Problem problem) {
    return new Refused(problem);
  }
}
