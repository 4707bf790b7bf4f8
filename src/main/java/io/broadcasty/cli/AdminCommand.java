package io.broadcasty.cli;

import io.broadcasty.core.file.OwnerOnlyFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Mixin;

/** A command that a running server carries out. */
abstract class AdminCommand extends BaseCommand {

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private ServerOptions server;

  @Override
  final ExitCode run(Output output) {
    return run(server.open(), output);
  }

  abstract ExitCode run(AdminApi api, Output output);

  /** Refuses what cannot be undone, unless it was confirmed. */
  final void confirm(boolean yes, String what) {
    if (!yes) {
      throw usage(what + " Add --yes to do it.");
    }
  }

  /** Writes a download into a file that others cannot read. */
  static void save(InputStream download, Path file) {
    try (download) {
      OwnerOnlyFiles.createIfMissing(file);
      long bytes = Files.copy(download, file, StandardCopyOption.REPLACE_EXISTING);
      OwnerOnlyFiles.restrict(file);
      assert bytes >= 0;
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, "cannot write " + file + ": " + e, e);
    }
  }

  /** Reads a file with a JSON object. */
  static java.util.Map<String, Object> readJson(Path file) {
    try {
      return Json.parseObject(Secrets.read(file));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, file + ": " + e.getMessage(), e);
    }
  }
}
