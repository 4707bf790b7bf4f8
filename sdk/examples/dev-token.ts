/**
 * Returns a token of development mode (`./mvnw -Prun`). Your application requests it from its own
 * back end, which knows the user: `() => fetch('/token').then((answer) => answer.text())`.
 *
 * @param role `publisher` may do everything; a `participant` speaks for itself only
 * @param subject the user that a participant is
 */
export async function devToken(baseUrl: string, role: 'publisher' | 'participant' = 'publisher', subject = ''): Promise<string> {
  const answer = await fetch(`${baseUrl}/dev/tokens?subject=${encodeURIComponent(subject)}`).catch(() => undefined);
  if (!answer?.ok) {
    throw new Error(`${baseUrl} issues no tokens; start a server in development mode: ./mvnw -Prun`);
  }
  return ((await answer.json()) as Record<typeof role, string>)[role];
}
