/**
 * A token of development mode (`./mvnw -Prun`), where anybody gets one that may do everything. Your application asks its own
 * back end instead, which knows who is logged in: `() => fetch('/token').then((answer) => answer.text())`.
 */
export async function devToken(baseUrl: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/dev/tokens`).catch(() => undefined);
  if (!answer?.ok) {
    throw new Error(`${baseUrl} hands out no tokens; start a server in development mode: ./mvnw -Prun`);
  }
  return ((await answer.json()) as { publisher: string }).publisher;
}
