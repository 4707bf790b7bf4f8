package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the commands about tokens. */
class JwtCommandsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
  void aTokenOfANewPairIsAcceptedByItsServer(String algorithm) throws IOException {
    CliRun.of("jwt:keygen", "--algorithm", algorithm, "--out", folder).exits(ExitCode.DONE);
    Path privateKey = folder.resolve("private.pem");
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(privateKey)));
    String key = Files.readString(folder.resolve("public.pem")).replace("\n", "\\n");
    Path env =
        env(
            "BROADCASTY_JWT_PUBLIC_KEY='" + key + "'",
            "BROADCASTY_JWT_ALGORITHMS=" + algorithm,
            "BROADCASTY_JWT_ISSUER=https://sso.example.com",
            "BROADCASTY_JWT_AUDIENCES=broadcasty");
    CliRun issued =
        CliRun.of(
                "jwt:issue",
                "--sub",
                "ann",
                "--tenant",
                "acme",
                "--role",
                "member",
                "--role",
                "editor",
                "--claim",
                "teams=[\"red\"]",
                "--claim",
                "name=Ann",
                "--expires",
                "1h",
                "--key",
                privateKey,
                "--env-file",
                env)
            .exits(ExitCode.DONE);
    Path token = Files.writeString(folder.resolve("token"), issued.out());
    Map<String, Object> decoded =
        CliRun.of("jwt:decode", token, "--env-file", env, "--json").exits(ExitCode.DONE).json();
    assertEquals(true, decoded.get("accepted"));
    Map<String, Object> claims = Json.object(decoded.get("claims"));
    assertEquals("ann", claims.get("sub"));
    assertEquals("acme", claims.get("tid"));
    assertEquals(List.of("member", "editor"), claims.get("roles"));
    assertEquals(List.of("red"), claims.get("teams"));
    assertEquals("Ann", claims.get("name"));
    assertEquals("https://sso.example.com", claims.get("iss"));
    assertEquals("broadcasty", claims.get("aud"));
    long left = ((Number) decoded.getOrDefault("expiresInSeconds", 0)).longValue();
    assertTrue(left > 3500 && left <= 3600, () -> "expires in " + left);
  }

  @Test
  void theSecretOfTheServerSignsToo() throws IOException {
    Path env = env("BROADCASTY_JWT_SECRET=" + Secrets.random());
    Path token =
        Files.writeString(
            folder.resolve("token"),
            CliRun.of("jwt:issue", "--sub", "ann", "--tenant", "acme", "--env-file", env)
                .exits(ExitCode.DONE)
                .out());
    CliRun.of("jwt:decode", token, "--env-file", env)
        .exits(ExitCode.DONE)
        .prints("accepted:         true");
    CliRun.of("jwt:decode", token, "--env-file", env("BROADCASTY_JWT_SECRET=" + Secrets.random()))
        .exits(ExitCode.PROBLEM)
        .prints("signature does not fit");
    CliRun.of("jwt:decode", token, "--no-verify", "--env-file", env).exits(ExitCode.DONE);
  }

  @Test
  void anExpiredTokenIsShownWithTheReason() throws IOException {
    Path env = env("BROADCASTY_JWT_SECRET=" + Secrets.random());
    CliRun issued =
        CliRun.of(
            "jwt:issue",
            "--sub",
            "ann",
            "--tenant",
            "acme",
            "--claim",
            "exp=1000000",
            "--env-file",
            env);
    Path token = Files.writeString(folder.resolve("token"), issued.out());
    CliRun.of("jwt:decode", token, "--env-file", env)
        .exits(ExitCode.PROBLEM)
        .prints("1970-01-12T13:46:40Z")
        .prints("has expired");
  }

  @Test
  void placesOfTenantAndRolesAreThoseOfTheConfiguration() throws IOException {
    Path env =
        env(
            "BROADCASTY_JWT_SECRET=" + Secrets.random(),
            "BROADCASTY_JWT_TENANT_CLAIM=/org/id",
            "BROADCASTY_JWT_ROLES_CLAIM=groups");
    Path token =
        Files.writeString(
            folder.resolve("token"),
            CliRun.of(
                    "jwt:issue",
                    "--sub",
                    "a",
                    "--tenant",
                    "acme",
                    "--role",
                    "member",
                    "--env-file",
                    env)
                .out());
    CliRun.of("jwt:decode", token, "--env-file", env)
        .exits(ExitCode.DONE)
        .prints("\"org\":{\"id\":\"acme\"}")
        .prints("\"groups\":[\"member\"]");
  }

  @Test
  void nothingIsOverwrittenUnasked() throws IOException {
    CliRun.of("jwt:keygen", "--out", folder).exits(ExitCode.DONE);
    String before = Files.readString(folder.resolve("private.pem"));
    CliRun.of("jwt:keygen", "--out", folder).exits(ExitCode.USAGE).says("--force");
    assertEquals(before, Files.readString(folder.resolve("private.pem")));
    CliRun.of("jwt:keygen", "--out", folder, "--force").exits(ExitCode.DONE);
    assertFalse(before.equals(Files.readString(folder.resolve("private.pem"))));
  }

  @Test
  void wrongUseIsAnsweredByWhatToType() throws IOException {
    CliRun.of("jwt:keygen", "--algorithm", "none")
        .exits(ExitCode.USAGE)
        .says("none of RS256, ES256, EdDSA");
    CliRun.of("jwt:issue").exits(ExitCode.USAGE).says("'--sub=USER'");
    CliRun.of("jwt:issue", "--sub", "ann", "--expires", "soon").exits(ExitCode.USAGE).says("15m");
    CliRun.of("jwt:issue", "--sub", "ann", "--env-file", folder.resolve("none"))
        .exits(ExitCode.USAGE)
        .says("broadcasty install");
    CliRun.of("jwt:issue", "--sub", "ann", "--env-file", env("BROADCASTY_DEV=true"))
        .exits(ExitCode.USAGE)
        .says("jwt:keygen");
    Path publicKey =
        Files.writeString(folder.resolve("rsa.pem"), "-----BEGIN RSA PRIVATE KEY-----");
    CliRun.of("jwt:issue", "--sub", "ann", "--key", publicKey)
        .exits(ExitCode.USAGE)
        .says("openssl pkcs8");
    CliRun.of("jwt:decode", Files.writeString(folder.resolve("t"), "a.b"))
        .exits(ExitCode.PROBLEM)
        .says("not a JSON Web Token");
    CliRun.of("jwt:decode", folder.resolve("nothing")).exits(ExitCode.USAGE).says("cannot read");
  }

  private Path env(String... lines) throws IOException {
    Path file = Files.createTempFile(folder, "test", ".env");
    return Files.write(file, List.of(lines));
  }
}
