package io.broadcasty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Makes keys and signs tokens as docs/howto/tokens.md says, in a folder. */
public final class TokensPage {

  private final DocumentPage page = new DocumentPage("docs/howto/tokens.md");
  private final Path folder;

  /** Makes the keys and the secret of the page. */
  public TokensPage(Path folder) {
    this.folder = folder;
    List<String> commands = page.blocks("bash");
    if (commands.size() != 4) {
      throw new AssertionError("RSA, the other keys, the shell's token and the secret were due");
    }
    for (int i : List.of(0, 1, 3)) {
      DocumentPage.runShell(folder, commands.get(i));
    }
  }

  /** Returns the text of a file that the page makes. */
  public String file(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a token of the key in {@code public.pem}. */
  public String signByShell() {
    return DocumentPage.runShell(folder, page.blocks("bash").get(2));
  }

  /** Returns a token of the key in {@code ed-public.pem}. */
  public String signByNode() {
    assumeInstalled("node");
    return DocumentPage.run(folder, "node", source("js", "sign.mjs"));
  }

  /** Returns a token of the key in {@code ec-public.pem}. */
  public String signByJava() {
    return DocumentPage.run(folder, "java", source("java", "Sign.java"));
  }

  /** Returns a token of the key in {@code public.pem}. */
  public String signByPhp() {
    assumeInstalled("php");
    return DocumentPage.run(folder, "php", source("php", "sign.php"));
  }

  /** Returns a token of the secret. */
  public String signByPython() {
    assumeInstalled("python3");
    return DocumentPage.run(folder, "python3", source("python", "sign.py"));
  }

  private void assumeInstalled(String program) {
    Assumptions.assumeFalse(
        DocumentPage.runShell(folder, "command -v " + program + " || true").isEmpty(),
        "without " + program);
  }

  private String source(String language, String name) {
    try {
      Files.writeString(folder.resolve(name), page.blocks(language).get(0));
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
