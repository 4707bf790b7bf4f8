package io.broadcasty.cli;

import io.broadcasty.push.webpush.VapidKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the environment file of a server. */
@Command(
    name = "install",
    description = {
      "Writes the environment file of a server, with mode 0600, and the private key that signs"
          + " tokens beside it. Secrets are generated.",
      "What the file already has stays as it is, so that it can be run again; --force replaces it,"
          + " secrets included. Keys that are replaced end what was made with them: tokens, API"
          + " keys and subscriptions of browsers."
    })
final class InstallCommand extends BaseCommand {

  enum Store {
    MEMORY,
    DATABASE,
    REDIS
  }

  /** The settings of one feature, made together or not at all. */
  private record Part(String comment, Map<String, String> values) {}

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Option(
      names = "--store",
      paramLabel = "STORE",
      defaultValue = "DATABASE",
      description = "Where streams are kept: memory, database or redis. Default: database.")
  @SuppressWarnings("NullAway.Init")
  private Store store;

  @Option(
      names = "--data-dir",
      paramLabel = "DIRECTORY",
      description = "The directory of the embedded database. Default: data, beside the file.")
  private @Nullable Path dataDirectory;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "Where clients reach the server, such as https://realtime.example.com.")
  private @Nullable String publicUrl;

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description = "An origin whose pages may call the server; may be repeated.")
  private List<String> origins = List.of();

  @Option(
      names = "--proxy",
      paramLabel = "ADDRESS",
      description = "The address or network of a reverse proxy; may be repeated.")
  private List<String> proxies = List.of();

  @Option(
      names = "--issuer-keys",
      paramLabel = "URL",
      description =
          "The JWK set of your identity provider. Without it a key pair is made, and tokens are"
              + " signed by broadcasty jwt:issue or with jwt-private.pem.")
  private @Nullable String jwksUrl;

  @Option(
      names = "--issuer",
      paramLabel = "ISSUER",
      description = "The claim iss of your tokens. Default: broadcasty, with a pair made here.")
  private @Nullable String issuer;

  @Option(
      names = "--redis-url-file",
      paramLabel = "FILE",
      description = "A file with the URL of Redis, which may have a password.")
  private @Nullable Path redisUrlFile;

  @Option(names = "--db-url", paramLabel = "URL", description = "The JDBC URL of the database.")
  private @Nullable String databaseUrl;

  @Option(names = "--db-user", paramLabel = "USER", description = "The user of the database.")
  private @Nullable String databaseUser;

  @Option(
      names = "--db-password-file",
      paramLabel = "FILE",
      description = "A file with the password of the database; without it you are asked.")
  private @Nullable Path databasePasswordFile;

  @Option(
      names = "--web-push",
      paramLabel = "CONTACT",
      description = "Turn Web Push on, with this contact: mailto:ops@example.com.")
  private @Nullable String webPushContact;

  @Option(names = "--force", description = "Replace what the file has.")
  private boolean force;

  @Override
  ExitCode run(Output output) {
    Path path = installation.fileToWrite();
    EnvironmentFile file = EnvironmentFile.readOrBegin(path);
    Set<String> before = file.values().keySet();
    Map<String, String> kept = new LinkedHashMap<>();
    Map<String, String> written = new LinkedHashMap<>();
    for (Supplier<Part> part : parts(before)) {
      add(part.get(), file, before, written, kept);
    }
    if (!written.isEmpty()) {
      file.write();
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", path.toString());
    result.put("written", List.copyOf(written.keySet()));
    result.put("kept", List.copyOf(kept.keySet()));
    result.put("next", "broadcasty doctor --env-file " + path);
    output.object(result);
    return ExitCode.DONE;
  }

  /** Sets what is missing; a part of which something is there stays whole. */
  private void add(
      Part part,
      EnvironmentFile file,
      Set<String> before,
      Map<String, String> written,
      Map<String, String> kept) {
    boolean present = part.values().keySet().stream().anyMatch(before::contains);
    if (present && !force) {
      kept.putAll(part.values());
      return;
    }
    String comment = part.comment();
    for (Map.Entry<String, String> each : part.values().entrySet()) {
      file.set(each.getKey(), each.getValue(), comment);
      written.put(each.getKey(), each.getValue());
      comment = "";
    }
  }

  private List<Supplier<Part>> parts(Set<String> before) {
    return List.of(
        () ->
            part(
                "Where streams are kept: memory, database or redis.",
                "BROADCASTY_REPLAY_STORE",
                store.name().toLowerCase(Locale.ROOT)),
        this::data,
        this::database,
        this::redis,
        () -> optional("Where clients reach the server.", "BROADCASTY_PUBLIC_URL", publicUrl),
        () -> tokens(before),
        () ->
            optional(
                "Origins of web pages that may call the server.",
                "BROADCASTY_ALLOWED_ORIGINS",
                joined(origins)),
        () ->
            optional(
                "Reverse proxies whose X-Forwarded-For is trusted.",
                "BROADCASTY_TRUSTED_PROXIES",
                joined(proxies)),
        () ->
            part(
                "The tenant of the operators of this service.",
                "BROADCASTY_OPERATOR_TENANT",
                "operations"),
        () ->
            part(
                "Encrypts the secrets of API keys. Back it up apart from the database.",
                "BROADCASTY_MASTER_KEY",
                Secrets.random()),
        () ->
            part(
                "Reads the metrics, instead of an operator's token.",
                "BROADCASTY_METRICS_TOKEN",
                Secrets.random()),
        this::webPush);
  }

  private Part data() {
    Path directory =
        dataDirectory == null
            ? installation.fileToWrite().toAbsolutePath().resolveSibling("data")
            : dataDirectory.toAbsolutePath();
    return part(
        "Data of the node itself.", "BROADCASTY_DATA_DIR", directory.normalize().toString());
  }

  private Part database() {
    if (databaseUrl == null) {
      return new Part("", Map.of());
    }
    Map<String, String> values = new LinkedHashMap<>();
    values.put("BROADCASTY_DB_URL", databaseUrl);
    if (databaseUser != null) {
      values.put("BROADCASTY_DB_USER", databaseUser);
      values.put(
          "BROADCASTY_DB_PASSWORD",
          databasePasswordFile == null
              ? Secrets.prompt(
                  "Password of " + databaseUser,
                  "name a file with the password of the database: --db-password-file FILE")
              : Secrets.read(databasePasswordFile));
    }
    return new Part("The relational database.", values);
  }

  private Part redis() {
    if (redisUrlFile != null) {
      return part("Redis.", "BROADCASTY_REDIS_URL", Secrets.read(redisUrlFile));
    }
    return store == Store.REDIS
        ? part("Redis.", "BROADCASTY_REDIS_URL", "redis://localhost:6379")
        : new Part("", Map.of());
  }

  private Part tokens(Set<String> before) {
    Map<String, String> values = new LinkedHashMap<>();
    if (jwksUrl != null) {
      values.put("BROADCASTY_JWT_JWKS_URL", jwksUrl);
      if (issuer != null) {
        values.put("BROADCASTY_JWT_ISSUER", issuer);
      }
    } else if (force
        || Stream.of("PUBLIC_KEY", "JWKS_URL", "SECRET", "ISSUER", "AUDIENCES")
            .noneMatch(key -> before.contains("BROADCASTY_JWT_" + key))) {
      values.put("BROADCASTY_JWT_PUBLIC_KEY", newPublicKey());
      values.put("BROADCASTY_JWT_ISSUER", issuer == null ? "broadcasty" : issuer);
    }
    values.put("BROADCASTY_JWT_AUDIENCES", "broadcasty");
    return new Part("Who signs tokens, and for whom they are.", values);
  }

  private String newPublicKey() {
    Path privateKey = installation.fileToWrite().resolveSibling(TokenIssuer.PRIVATE_KEY_FILE);
    if (Files.exists(privateKey) && !force) {
      throw new CommandException(
          ExitCode.USAGE,
          privateKey
              + " exists, and the environment file has no public key; move it away, or add --force"
              + " to replace it");
    }
    SigningKey.Pair pair = SigningKey.generate("RS256");
    Secrets.write(privateKey, pair.privatePem(), true);
    return pair.publicPem().strip().replace("\n", "\\n");
  }

  private Part webPush() {
    if (webPushContact == null) {
      return new Part("", Map.of());
    }
    VapidKeys keys = VapidKeys.generate();
    Map<String, String> values = new LinkedHashMap<>();
    values.put("BROADCASTY_WEBPUSH", "true");
    values.put("WEBPUSH_VAPID_SUBJECT", webPushContact);
    values.put("WEBPUSH_VAPID_PUBLIC_KEY", keys.publicKeyText());
    values.put("WEBPUSH_VAPID_PRIVATE_KEY", keys.privateKeyText());
    return new Part("Web Push.", values);
  }

  private static Part part(String comment, String name, String value) {
    return new Part(comment, Map.of(name, value));
  }

  private static Part optional(String comment, String name, @Nullable String value) {
    return new Part(comment, value == null ? Map.of() : Map.of(name, value));
  }

  private static @Nullable String joined(List<String> values) {
    return values.isEmpty() ? null : String.join(",", values);
  }
}
