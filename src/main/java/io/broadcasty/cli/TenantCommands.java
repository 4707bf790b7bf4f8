package io.broadcasty.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about tenants, for operators. */
final class TenantCommands {

  static final List<String> COLUMNS = List.of("id", "name", "state", "settings", "updatedAt");

  private static final String ID = "The id of the tenant.";

  private TenantCommands() {}

  private static String path(String id) {
    return "tenants/" + AdminApi.encode(id);
  }

  @Command(name = "tenant:list", description = "Lists the tenants.")
  static final class ListTenants extends AdminCommand {
    @Override
    ExitCode run(AdminApi api, Output output) {
      output.table("tenants", api.all("tenants", "tenants", null), COLUMNS);
      return ExitCode.DONE;
    }
  }

  /** A command about one tenant. */
  abstract static class OneTenant extends AdminCommand {
    @Parameters(index = "0", paramLabel = "TENANT", description = ID)
    @SuppressWarnings("NullAway.Init")
    String id;
  }

  @Command(name = "tenant:show", description = "Shows a tenant with its settings and its usage.")
  static final class ShowTenant extends OneTenant {
    @Override
    ExitCode run(AdminApi api, Output output) {
      output.object(api.get(path(id)));
      return ExitCode.DONE;
    }
  }

  @Command(name = "tenant:create", description = "Creates a tenant, on all nodes within a second.")
  static final class CreateTenant extends OneTenant {
    @Option(names = "--name", paramLabel = "NAME", description = "Its name for people.")
    private @Nullable String name;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "A setting of its own, such as limits.batch=50; may be repeated.")
    private Map<String, String> settings = Map.of();

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("id", id);
      if (name != null) {
        body.put("name", name);
      }
      if (!settings.isEmpty()) {
        body.put("settings", settings);
      }
      output.object(api.post("tenants", body));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "tenant:change",
      description = "Changes the name or settings of a tenant; what is not named stays.")
  static final class ChangeTenant extends OneTenant {
    @Option(names = "--name", paramLabel = "NAME", description = "Its name for people.")
    private @Nullable String name;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "A setting of its own, such as limits.batch=50; may be repeated.")
    private Map<String, String> settings = Map.of();

    @Option(
        names = "--unset",
        paramLabel = "KEY",
        description = "A setting that is as configured again; may be repeated.")
    private List<String> unset = List.of();

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, @Nullable Object> changed = new LinkedHashMap<>(settings);
      unset.forEach(key -> changed.put(key, null));
      Map<String, Object> body = new LinkedHashMap<>();
      if (name != null) {
        body.put("name", name);
      }
      if (!changed.isEmpty()) {
        body.put("settings", changed);
      }
      if (body.isEmpty()) {
        throw usage("Say what to change: --name NAME, --set KEY=VALUE or --unset KEY.");
      }
      output.object(api.patch(path(id), body));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "tenant:suspend",
      description = "Refuses the callers of a tenant, and ends its streams.")
  static final class SuspendTenant extends OneTenant {
    @Override
    ExitCode run(AdminApi api, Output output) {
      output.object(api.patch(path(id), Map.of("state", "suspended")));
      return ExitCode.DONE;
    }
  }

  @Command(name = "tenant:activate", description = "Serves a suspended tenant again.")
  static final class ActivateTenant extends OneTenant {
    @Override
    ExitCode run(AdminApi api, Output output) {
      output.object(api.patch(path(id), Map.of("state", "active")));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "tenant:delete",
      description = "Deletes a tenant with its API keys and policies; its streams expire.")
  static final class DeleteTenant extends OneTenant {
    @Option(names = "--yes", description = "Confirm it.")
    private boolean yes;

    @Override
    ExitCode run(AdminApi api, Output output) {
      confirm(yes, "This deletes the tenant " + id + ", its API keys and policies.");
      api.delete(path(id));
      output.object(Map.of("deleted", id));
      return ExitCode.DONE;
    }
  }
}
