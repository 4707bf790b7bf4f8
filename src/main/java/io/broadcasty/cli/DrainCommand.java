package io.broadcasty.cli;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.broadcasty.observability.mbeans.NodeMXBean;
import java.io.IOException;
import java.util.Map;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drains the node of a process of this machine. */
@Command(
    name = "drain",
    description = {
      "Drains a node of this machine before maintenance: its connections end over broadcasty.drain,"
          + " and clients resume on other nodes. With --resume it serves again.",
      "It attaches to the JVM of the server, so it needs a JDK and the same user; broadcasty nodes"
          + " shows the process id."
    })
final class DrainCommand extends BaseCommand {

  private static final String NODES = "io.broadcasty:type=Node,*";

  @Option(
      names = "--pid",
      paramLabel = "PID",
      required = true,
      description = "The process id of the server's JVM.")
  private long process;

  @Option(names = "--resume", description = "Serve again.")
  private boolean resume;

  @Override
  @SuppressWarnings("BanJNDI") // the address is of a process on this machine
  ExitCode run(Output output) {
    try {
      VirtualMachine jvm = VirtualMachine.attach(Long.toString(process));
      try (JMXConnector connector =
          JMXConnectorFactory.connect(new JMXServiceURL(jvm.startLocalManagementAgent()))) {
        output.object(Map.of("state", operate(connector.getMBeanServerConnection())));
        return ExitCode.DONE;
      } finally {
        jvm.detach();
      }
    } catch (AttachNotSupportedException | IOException e) {
      throw new CommandException(
          ExitCode.UNREACHABLE,
          "there is no JVM of this user with the process id "
              + process
              + "; run this as the user of the server: sudo -u broadcasty …",
          e);
    } catch (JMException e) {
      throw new CommandException(ExitCode.FAILED, "the process does not answer: " + e, e);
    }
  }

  private String operate(MBeanServerConnection beans) throws IOException, JMException {
    String state = "";
    for (ObjectName name : beans.queryNames(new ObjectName(NODES), null)) {
      NodeMXBean node = JMX.newMXBeanProxy(beans, name, NodeMXBean.class);
      if (resume) {
        node.resume();
      } else {
        node.drain();
      }
      state = node.getState();
    }
    if (state.isEmpty()) {
      throw new CommandException(
          ExitCode.UNREACHABLE, "Broadcasty does not run in the process " + process);
    }
    return state;
  }
}
