package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.PolicyResolver;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/howto/policy.md word by word, up to the WAR with the policy in it. */
class PolicyPageTest {

  private static final DocumentPage PAGE = new DocumentPage("docs/howto/policy.md");

  private static final Path EXAMPLE = Path.of("examples/policy-resolver");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void thePolicyOfThePageIsFoundInTheWar() throws Exception {
    Files.writeString(folder.resolve("TeamPolicy.java"), PAGE.blocks("java").get(0));
    assertEquals(
        Files.readString(EXAMPLE.resolve("src/com/example/TeamPolicy.java")),
        PAGE.blocks("java").get(0),
        "the example and the page differ");
    ApiJar.write(folder.resolve("broadcasty-api.jar"));
    writeWar(folder.resolve("broadcasty.war"));
    var unused = DocumentPage.runShell(folder, PAGE.blocks("bash").get(0));
    Path jar = folder.resolve("team-policy.jar");
    try (java.util.jar.JarFile war =
        new java.util.jar.JarFile(folder.resolve("broadcasty.war").toFile())) {
      JarEntry entry =
          Objects.requireNonNull(war.getJarEntry("WEB-INF/lib/team-policy.jar"), "the jar");
      Files.copy(war.getInputStream(entry), jar);
    }
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
      List<PolicyResolver> found =
          ServiceLoader.load(PolicyResolver.class, loader).stream()
              .map(ServiceLoader.Provider::get)
              .toList();
      assertEquals(1, found.size());
      check(found.get(0));
    }
  }

  @Test
  void theScriptOfTheExampleMakesTheSameJar() throws Exception {
    Path api = folder.resolve("broadcasty-api.jar");
    ApiJar.write(api);
    String printed =
        DocumentPage.run(
            folder, EXAMPLE.resolve("build").toAbsolutePath().toString(), api.toString(), "out");
    assertEquals("", printed);
    URL jar = folder.resolve("out/team-policy.jar").toUri().toURL();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, getClass().getClassLoader())) {
      check(ServiceLoader.load(PolicyResolver.class, loader).findFirst().orElseThrow());
    }
  }

  private static void check(PolicyResolver policy) {
    assertEquals("com.example.TeamPolicy", policy.getClass().getName());
    Map<String, Object> red = Map.of("teams", List.of("red"));
    assertTrue(policy.authorize(request("private-team.red", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.blue", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.*", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.red", Action.SUBSCRIBE, Map.of())));
    assertFalse(policy.authorize(request("news", Action.PUBLISH, Map.of())));
    assertTrue(policy.authorize(request("news", Action.SUBSCRIBE, Map.of())));
    assertTrue(policy.stampsSender("acme", "private-team.red"));
    assertEquals(1, policy.partitions("acme", "news"));
  }

  private static AccessRequest request(String channel, Action action, Map<String, Object> claims) {
    return new AccessRequest("acme", channel, "ann", Set.of("editor"), action, claims);
  }

  /** Writes a WAR without classes, since the page needs none of it. */
  private static void writeWar(Path war) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(war))) {
      out.putNextEntry(new JarEntry("WEB-INF/web.xml"));
      out.closeEntry();
    }
  }
}
