package io.broadcasty.core.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Data written by a node of the previous release, from {@code previous-format/redis.txt}. */
public final class PreviousRelease {

  private static final HexFormat HEX = HexFormat.of();

  private PreviousRelease() {}

  /**
   * Returns the last words of the lines with this prefix.
   *
   * @return the bytes of each
   */
  public static List<byte[]> written(String beginning) {
    try (InputStream in = PreviousRelease.class.getResourceAsStream("/previous-format/redis.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(Objects.requireNonNull(in), UTF_8))) {
      return lines
          .lines()
          .filter(line -> line.startsWith(beginning + " "))
          .map(line -> HEX.parseHex(line.substring(line.lastIndexOf(' ') + 1)))
          .toList();
    } catch (IOException e) {
      throw new AssertionError("the fixture cannot be read", e);
    }
  }
}
