package io.broadcasty.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a key pair for tokens. */
@Command(
    name = "jwt:keygen",
    description = {
      "Makes a key pair that signs and verifies tokens.",
      "The private key is written to a file of mode 0600. The public key is written beside it."
    })
final class JwtKeygenCommand extends BaseCommand {

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "RS256",
      description = "RS256, ES256 or EdDSA. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private String algorithm;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = ".",
      description = "Where private.pem and public.pem are written. Default: this directory.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @Option(names = "--force", description = "Replace files that exist.")
  private boolean force;

  @Override
  ExitCode run(Output output) {
    if (!SigningKey.ALGORITHMS.contains(algorithm)) {
      throw usage(
          algorithm + " is none of " + String.join(", ", SigningKey.ALGORITHMS) + " (--algorithm)");
    }
    Path privateFile = directory.resolve("private.pem");
    Path publicFile = directory.resolve("public.pem");
    @Nullable Path occupied =
        Files.exists(privateFile) ? privateFile : Files.exists(publicFile) ? publicFile : null;
    if (occupied != null && !force) {
      throw new CommandException(
          ExitCode.USAGE, occupied + " exists; add --force to replace it, or name another --out");
    }
    SigningKey.Pair pair = SigningKey.generate(algorithm);
    Secrets.write(privateFile, pair.privatePem(), true);
    Secrets.write(publicFile, pair.publicPem(), true);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("algorithm", algorithm);
    result.put("privateKey", privateFile.toString());
    result.put("publicKey", publicFile.toString());
    output.object(result);
    return ExitCode.DONE;
  }
}
