/** `migrate`: brings the schema up to date, for who does that apart from `serve`. */
import { migrate as migrateSchema } from '../postgres/migrate.ts';
import { createPool } from '../postgres/pool.ts';

const timeoutMs = 3_600_000;

/** Applies the migrations that are missing, and says which. Rejects when the database cannot be migrated. */
export async function migrate(databaseUrl: string, stdout: NodeJS.WritableStream): Promise<number> {
  const pool = createPool({ url: databaseUrl, max: 1, timeoutMs, onError: () => {} });
  try {
    const applied = await migrateSchema(pool);
    for (const name of applied) stdout.write(`applied ${name}\n`);
    stdout.write(
      applied.length > 0 ? `The database is up to date.\n` : 'The database was up to date already.\n',
    );
    return 0;
  } finally {
    await pool.end();
  }
}
