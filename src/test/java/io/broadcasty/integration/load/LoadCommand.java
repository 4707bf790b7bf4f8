package io.broadcasty.integration.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs {@link Load} as a process: {@code LoadCommand CHANNELS SUBSCRIBERS DELIVERIES-PER-SECOND
 * BASE…}. Prints one line when the load runs, and one line for each input line, which must be
 * {@code check SECONDS}; ends with its input. A line starts with {@code ok} or {@code failed}.
 */
public final class LoadCommand {

  private static final int START_MILLIS = 120_000;
  private static final int MAX_FAULTS = 5;

  private LoadCommand() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    List<URI> bases = new ArrayList<>();
    for (int i = 3; i < args.length; i++) {
      bases.add(URI.create(args[i]));
    }
    try (Load load =
            new Load(
                bases,
                Integer.parseInt(args[0]),
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      load.start(START_MILLIS);
      System.out.println("ok");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        if (words.length != 2 || !words[0].equals("check")) {
          throw new IllegalArgumentException("unknown command: " + line);
        }
        System.out.println(line(load.check(Long.parseLong(words[1]) * 1000)));
      }
    }
  }

  private static String line(Load.Report report) {
    List<String> faults = report.faults();
    return String.format(
        Locale.ROOT,
        "%s acknowledged=%d deliveries=%d resumes=%d lost=%d refused=%d longest=%.1f settled=%.1f"
            + " presence=%.1f faults=%d %s departures=%s",
        faults.isEmpty() ? "ok" : "failed",
        report.acknowledged(),
        report.deliveries(),
        report.resumes(),
        report.lost(),
        report.refused(),
        report.longestSeconds(),
        report.settledSeconds(),
        report.presenceSeconds(),
        faults.size(),
        faults.subList(0, Math.min(MAX_FAULTS, faults.size())),
        report.departures());
  }
}
