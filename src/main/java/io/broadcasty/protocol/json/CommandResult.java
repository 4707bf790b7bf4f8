package io.broadcasty.protocol.json;

import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;

/** The result of a command. */
sealed interface CommandResult {

  /**
   * The command was carried out.
   *
   * @param fields of the reply's {@code result}
   */
  record Done(JsonWriter.Body fields) implements CommandResult {}

  /**
   * The command was refused.
   *
   * @param problem the reply's {@code error}
   */
  record Refused(Problem problem) implements CommandResult {}

  static CommandResult done(JsonWriter.Body fields) {
    return new Done(fields);
  }

  static CommandResult refused(Problem problem) {
    return new Refused(problem);
  }
}
