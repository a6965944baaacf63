/** Asks until the answer is there; the suite's own limit ends it. */
export async function until<T>(what: string, look: () => T | undefined | false | Thenable<T | undefined | false>): Promise<T> {
  const end = Date.now() + 200_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
