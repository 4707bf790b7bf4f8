package io.broadcasty.server;

import java.util.List;

/**
 * A kind of call that leaves this process, and what bounds it.
 *
 * @param what what is called
 * @param limits the time limits, and which of them are settings
 * @param retries how often the call is made again
 * @param afterwards what happens when the limits are used up
 * @param sources the simple names of the classes that open the connections
 */
record OutgoingCall(
    String what, String limits, String retries, String afterwards, List<String> sources) {

  /** Returns a row of the table in docs/operations.md. */
  String row() {
    return "| " + what + " | " + limits + " | " + retries + " | " + afterwards + " |\n";
  }
}
