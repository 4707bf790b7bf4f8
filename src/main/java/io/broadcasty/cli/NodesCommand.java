package io.broadcasty.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** Lists the nodes. */
@Command(name = "nodes", description = "Lists the nodes that serve, in the order of their start.")
final class NodesCommand extends AdminCommand {

  @Override
  ExitCode run(AdminApi api, Output output) {
    output.table(
        "nodes",
        Json.objects(api.get("nodes").get("nodes")),
        List.of("name", "host", "version", "state", "connections", "startedAt"));
    return ExitCode.DONE;
  }
}
