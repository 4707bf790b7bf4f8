/**
 * Returns a token of development mode (`./mvnw -Prun`), which allows everything. Your application
 * requests it from its own back end, which knows the user: `() => fetch('/token').then((answer) =>
 * answer.text())`.
 */
export async function devToken(baseUrl: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/dev/tokens`).catch(() => undefined);
  if (!answer?.ok) {
    throw new Error(`${baseUrl} issues no tokens; start a server in development mode: ./mvnw -Prun`);
  }
  return ((await answer.json()) as { publisher: string }).publisher;
}
