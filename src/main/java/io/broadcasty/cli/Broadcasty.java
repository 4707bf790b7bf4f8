package io.broadcasty.cli;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: sets Broadcasty up, examines an installation, and administers a server. */
@Command(
    name = "broadcasty",
    description = "Sets Broadcasty up, examines an installation, and administers a server.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InstallCommand.class,
      InfoCommand.class,
      DoctorCommand.class,
      JwtKeygenCommand.class,
      JwtIssueCommand.class,
      JwtDecodeCommand.class,
      VapidKeygenCommand.class,
      AdminTokenCommand.class,
      NodesCommand.class,
      DrainCommand.class,
      TenantCommands.ListTenants.class,
      TenantCommands.ShowTenant.class,
      TenantCommands.CreateTenant.class,
      TenantCommands.ChangeTenant.class,
      TenantCommands.SuspendTenant.class,
      TenantCommands.ActivateTenant.class,
      TenantCommands.DeleteTenant.class,
      KeyCommands.ListKeys.class,
      KeyCommands.CreateKey.class,
      KeyCommands.RotateKey.class,
      KeyCommands.RevokeKey.class,
      KeyCommands.RotateMaster.class,
      PolicyCommands.ListPolicies.class,
      PolicyCommands.ExportPolicies.class,
      PolicyCommands.ApplyPolicies.class,
      PolicyCommands.TestPolicy.class,
      UserCommands.Revoke.class,
      UserCommands.ExportUser.class,
      UserCommands.EraseUser.class,
      AuditCommands.VerifyAudit.class,
      AuditCommands.ExportAudit.class,
      CompletionCommand.class
    })
public final class Broadcasty implements Runnable {

  /** The columns of help texts. */
  static final int WIDTH = 100;

  private static final String VERBOSE = "--verbose";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(names = "--json", description = "Print the result as JSON.", scope = ScopeType.INHERIT)
  private boolean json;

  @Option(
      names = VERBOSE,
      description = "Print what libraries log, and where an error comes from.",
      scope = ScopeType.INHERIT)
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Describe the command.",
      scope = ScopeType.INHERIT)
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    if (!List.of(arguments).contains(VERBOSE)) {
      silenceLibraries();
    }
    System.exit(commandLine().execute(arguments));
  }

  /** Returns the model of all commands. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Broadcasty());
    line.setUsageHelpWidth(WIDTH);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Failures::onUsage);
    line.setExecutionExceptionHandler(Failures::onExecution);
    return line;
  }

  private static void silenceLibraries() {
    LogManager.getLogManager().reset();
    Logger.getLogger("").setLevel(Level.OFF);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  boolean json() {
    return json;
  }

  /** Returns whether a person reads what is printed. */
  @SuppressWarnings(
      "SystemConsoleNull") // newer JDKs show progress to a file then, which is harmless
  boolean isTerminal() {
    return System.console() != null;
  }

  boolean verbose() {
    return verbose;
  }
}
