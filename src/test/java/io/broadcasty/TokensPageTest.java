package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.TokenSettings;
import io.broadcasty.core.time.WallClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/howto/tokens.md, and verifies the tokens that they print. */
class TokensPageTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @BeforeEach
  void makeKeys() throws Exception {
    List<String> commands = blocks("bash");
    assertEquals(4, commands.size(), "RSA, the other keys, the shell's token, the secret");
    for (int i : List.of(0, 1, 3)) {
      run("bash", "-e", "-c", commands.get(i));
    }
  }

  @Test
  void theShellSignsWithRsa() throws Exception {
    verify("public.pem", "RS256", run("bash", "-e", "-c", blocks("bash").get(2)));
  }

  @Test
  void nodeSignsWithEd25519() throws Exception {
    assumeTrue(exists("node"), "without Node");
    Files.writeString(folder.resolve("sign.mjs"), blocks("js").get(0));
    verify("ed-public.pem", "EdDSA", run("node", "sign.mjs"));
  }

  @Test
  void javaSignsWithEc() throws Exception {
    Files.writeString(folder.resolve("Sign.java"), blocks("java").get(0));
    String java = System.getProperty("java.home") + "/bin/java";
    verify("ec-public.pem", "ES256", run(java, "Sign.java"));
  }

  @Test
  void phpSignsWithRsa() throws Exception {
    assumeTrue(exists("php"), "without PHP");
    Files.writeString(folder.resolve("sign.php"), blocks("php").get(0));
    verify("public.pem", "RS256", run("php", "sign.php"));
  }

  @Test
  void pythonSignsWithTheSecret() throws Exception {
    assumeTrue(exists("python3"), "without Python");
    Files.writeString(folder.resolve("sign.py"), blocks("python").get(0));
    String token = run("python3", "sign.py");
    JwtSettings settings = TokenSettings.secret(Files.readString(folder.resolve("secret.txt")));
    accept(new JwtAuthenticator(settings, WallClock.system()).authenticate(token));
  }

  private void verify(String publicKey, String algorithm, String token) throws IOException {
    JwtSettings settings =
        TokenSettings.keys(Files.readString(folder.resolve(publicKey)), algorithm);
    accept(new JwtAuthenticator(settings, WallClock.system()).authenticate(token));
  }

  private static void accept(Verdict verdict) {
    Authenticated accepted = assertInstanceOf(Authenticated.class, verdict, verdict::toString);
    assertEquals("acme/ann", accepted.caller().toString());
    assertEquals(Set.of("participant"), accepted.caller().roles());
  }

  private static List<String> blocks(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/howto/tokens.md")));
    List<String> all = new ArrayList<>();
    while (block.find()) {
      all.add(block.group(1));
    }
    assertTrue(!all.isEmpty(), language);
    return all;
  }

  private static boolean exists(String program) throws IOException, InterruptedException {
    return new ProcessBuilder("bash", "-c", "command -v " + program).start().waitFor() == 0;
  }

  private String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), errors);
    return output.strip();
  }
}
