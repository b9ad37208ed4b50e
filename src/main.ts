/** The command line: which command, with which settings, and the exit code. */
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { deadLetters } from './commands/dead-letters.ts';
import { migrate } from './commands/migrate.ts';
import { serve } from './commands/serve.ts';
import { UsageError } from './commands/usage.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { EmbeddedError } from './embedded/embedded-error.ts';
import { embeddedDatabaseUrl } from './embedded/postgres.ts';
import { ListenError } from './http/server.ts';
import { SchemaError } from './postgres/migrate.ts';
import { createLogger } from './telemetry/logger.ts';

const help = `Orders from Kafka to PostgreSQL, memory, HTTP and a web page.

  node src/main.ts serve          run the service (make run)
  node src/main.ts produce        send orders to Kafka (make produce)
  node src/main.ts migrate        bring the database up to date; serve does it too
  node src/main.ts dead-letters   list, show and mend the records that are no orders

Each command tells more with --help. Settings come from the environment and from .env; .env.example explains
each. Exit code: 0 done, 1 failed, 2 called wrongly or with wrong settings.
`;

async function main([command, ...args]: string[]): Promise<number> {
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(help);
    return command === undefined ? 2 : 0;
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  switch (command) {
    case 'serve': {
      noArguments(command, args);
      const config = readConfig();
      return serve(config, createLogger(config.logLevel));
    }
    case 'produce': {
      const { produce } = await import('./commands/produce.ts');
      const { kafka, http, embedded } = readConfig();
      const brokers = kafka.brokers ?? [`127.0.0.1:${embedded.kafkaPort}`];
      return produce(args, { ...kafka, brokers, pageUrl: pageUrl(http) }, process, stopSignal());
    }
    case 'migrate':
      noArguments(command, args);
      return migrate(await databaseUrl(readConfig()), process.stdout);
    case 'dead-letters': {
      const config = readConfig();
      const { checkTotals } = config;
      const settings = { checkTotals, databaseUrl: () => databaseUrl(config) };
      return deadLetters(args, settings, process, stopSignal());
    }
    default:
      throw new UsageError(`there is no command "${command}": see --help`);
  }
}

/** Aborted by the first signal; a second one ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function noArguments(command: string, args: string[]): void {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    process.exit(0);
  }
  if (args.length > 0)
    throw new UsageError(`${command} takes no arguments: settings come from the environment`);
}

/** Where a person on this machine finds the page. */
function pageUrl({ host, port }: Config['http']): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${everywhere ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host}:${port}/`;
}

async function databaseUrl({ databaseUrl, embedded }: Config): Promise<string> {
  return databaseUrl ?? embeddedDatabaseUrl(join(embedded.dataDir, 'postgres'), embedded.postgresPort);
}

/** What a person has to mend is said in a sentence; a bug shows its stack. */
function tell(error: unknown): number {
  if (error instanceof ConfigError || error instanceof UsageError) {
    process.stderr.write(`order-service: ${error.message.replaceAll('\n', '\norder-service: ')}\n`);
    return 2;
  }
  if (error instanceof EmbeddedError || error instanceof SchemaError || error instanceof ListenError) {
    process.stderr.write(`order-service: ${(error as Error).message}\n`);
    return 1;
  }
  if (isOfDatabase(error)) {
    process.stderr.write(
      `order-service: the database cannot be used: ${error.message}.\n` +
        'Start one with `make run` in another terminal, or set DATABASE_URL to yours.\n',
    );
    return 1;
  }
  process.stderr.write(`order-service: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

function isOfDatabase(error: unknown): error is Error {
  return error instanceof pg.DatabaseError || (error instanceof Error && 'syscall' in error);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = tell(error);
}
