/** `dead-letters`: which records are no orders, what is wrong with each, and mending them. */
import { toDocument } from '../core/dead-letter-document.ts';
import { Replay } from '../core/replay.ts';
import type { ValidateOptions } from '../core/validate.ts';
import { ChangeListener } from '../postgres/change-listener.ts';
import { PostgresDeadLetterStore } from '../postgres/dead-letters.ts';
import { pendingMigrations, SchemaError } from '../postgres/migrate.ts';
import { OrderWriter } from '../postgres/order-writer.ts';
import { createPool } from '../postgres/pool.ts';
import { help, parseArguments } from './dead-letters-options.ts';
import { replayDeadLetters, type DeadLettersOutput } from './dead-letters-replay.ts';
import { details, table } from './dead-letters-words.ts';

export interface DeadLettersConfig extends ValidateOptions {
  databaseUrl: () => Promise<string>;
}

const timeoutMs = 10_000;

/**
 * Runs `dead-letters` with the arguments after its name; resolves with the exit code. Throws UsageError, and rejects
 * when the database does not answer or is not migrated. `signal` ends a replay early.
 */
export async function deadLetters(
  args: string[],
  { databaseUrl, checkTotals }: DeadLettersConfig,
  output: DeadLettersOutput,
  signal: AbortSignal,
): Promise<number> {
  const { stdout } = output;
  const given = parseArguments(args);
  if (given.action === 'help') {
    stdout.write(help);
    return given.asked ? 0 : 2;
  }
  const print = (value: unknown) => stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  const pool = createPool({ url: await databaseUrl(), max: 1, timeoutMs, onError: () => {} });
  try {
    const [pending] = await pendingMigrations(pool);
    if (pending !== undefined)
      throw new SchemaError(`the database lacks ${pending}: run \`node src/main.ts migrate\``);
    // An instance of its own: all that serve are told what has changed.
    const orders = new OrderWriter(ChangeListener.newInstanceId());
    const store = new PostgresDeadLetterStore({ pool, orders });
    switch (given.action) {
      case 'list': {
        const found = await store.list(given.filter, given.limit, given.before);
        if (given.json) print(found);
        else stdout.write(table(found, given.limit));
        return 0;
      }
      case 'show': {
        const found = await store.find(given.id);
        if (!found) {
          output.stderr.write(`There is no dead letter ${given.id}.\n`);
          return 1;
        }
        if (given.json) print(toDocument(found));
        else stdout.write(details(found));
        return 0;
      }
      case 'replay': {
        // Nothing is cached here.
        const lookup = { forget: () => {} };
        const replay = new Replay({ store, lookup, options: { checkTotals }, onReplayed: () => {} });
        return await replayDeadLetters(replay, given, output, signal);
      }
    }
  } finally {
    await pool.end();
  }
}
