/** What a service counts, as its `/metrics` tells it. */

/** A metric by its name, with its labels as they are written there. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

/** How many records each outcome had. */
export async function consumed(
  url: string,
): Promise<Record<'stored' | 'updated' | 'skipped' | 'dead_letter', number>> {
  const of = (outcome: string) => metric(url, `orders_consumed_total{outcome="${outcome}"}`);
  const [stored, updated, skipped, dead_letter] = await Promise.all([
    of('stored'),
    of('updated'),
    of('skipped'),
    of('dead_letter'),
  ]);
  return { stored, updated, skipped, dead_letter };
}

/** How many records it has handled, whatever came of them. Those that came again count again. */
export async function handled(url: string): Promise<number> {
  const { stored, updated, skipped, dead_letter } = await consumed(url);
  return stored + updated + skipped + dead_letter;
}
