package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.PolicyResolver;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/howto/policy.md word by word, up to the WAR with the policy in it. */
class PolicyPageTest {

  private static final DocumentPage PAGE = new DocumentPage("docs/howto/policy.md");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void thePolicyOfThePageIsFoundInTheWar() throws Exception {
    Files.writeString(folder.resolve("TeamPolicy.java"), PAGE.blocks("java").get(0));
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

  private static void check(PolicyResolver policy) {
    assertEquals("com.example.TeamPolicy", policy.getClass().getName());
    Map<String, Object> red = Map.of("teams", List.of("red"));
    assertTrue(policy.authorize(request("private-team.red", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.blue", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.*", Action.SUBSCRIBE, red)));
    assertFalse(policy.authorize(request("private-team.red", Action.SUBSCRIBE, Map.of())));
    assertTrue(policy.authorize(request("news", Action.PUBLISH, Map.of())));
    assertTrue(policy.stampsSender("acme", "private-team.red"));
    assertEquals(1, policy.partitions("acme", "news"));
  }

  private static AccessRequest request(String channel, Action action, Map<String, Object> claims) {
    return new AccessRequest("acme", channel, "ann", Set.of("editor"), action, claims);
  }

  /** Writes a WAR with the classes of the policy, which is all that the page needs of it. */
  private static void writeWar(Path war) throws IOException, URISyntaxException {
    URI classes = PolicyResolver.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path root = Path.of(classes);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(war));
        Stream<Path> files = Files.walk(root.resolve("io/broadcasty/core/rbac"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry("WEB-INF/classes/" + root.relativize(file)));
        out.write(Files.readAllBytes(file));
        out.closeEntry();
      }
    }
  }
}
