package io.broadcasty.cli;

/** What a command answers to the shell, as docs/reference/cli.md lists it. */
enum ExitCode {
  DONE(0, "the command has done what it says"),
  FAILED(1, "something unexpected; the message says what"),
  USAGE(2, "a wrong option or argument; the message says what to type"),
  PROBLEM(3, "the examination found a problem, or the answer is no"),
  REFUSED(4, "the server refused the request, such as for lack of a permission"),
  UNREACHABLE(5, "the server does not answer"),
  CONFIGURATION(78, "the configuration is wrong; the server would end with the same code");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
