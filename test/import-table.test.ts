/** The import table of docs/architecture.md, as the linter enforces it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const project = fileURLToPath(new URL('../', import.meta.url));

const forbidden: [file: string, specifier: string][] = [
  ['src/core/x.ts', '../postgres/pool.ts'],
  ['src/core/x.ts', '../config.ts'],
  ['src/core/x.ts', 'pg'],
  ...['kafka', 'postgres', 'http', 'telemetry', 'embedded'].flatMap((folder): [string, string][] => [
    [`src/${folder}/x.ts`, '../service.ts'],
    [`src/${folder}/x.ts`, `../${folder === 'kafka' ? 'http' : 'kafka'}/x.ts`],
  ]),
  ['web/src/x.ts', '../../src/http/ops.ts'],
  ['web/src/parts/x.ts', '../../../src/config.ts'],
];

const allowed: [file: string, specifier: string][] = [
  ['src/core/x.ts', './order.ts'],
  ['src/core/x.ts', 'node:timers/promises'],
  ['src/core/x.ts', 'typebox'],
  ['src/kafka/x.ts', '../core/order.ts'],
  ['src/kafka/x.ts', './topic.ts'],
  ['src/http/x.ts', 'fastify'],
  ['src/service.ts', './postgres/pool.ts'],
  ['src/ingest/x.ts', '../kafka/consumer.ts'],
  ['src/commands/x.ts', '../postgres/pool.ts'],
  ['web/src/x.ts', '../../src/core/order.ts'],
];

async function lint(file: string, specifier: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'order-service-lint-'));
  try {
    await cp(join(project, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `import { x } from '${specifier}';\nexport const y = x;\n`);
    const run = spawnSync(join(project, 'node_modules/.bin/oxlint'), ['-f', 'unix', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return run.stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the linter refuses what the import table forbids', async () => {
  for (const [file, specifier] of forbidden) {
    assert.match(await lint(file, specifier), /no-restricted-imports/, `${file} imports ${specifier}`);
  }
});

test('and lets pass what it allows', async () => {
  for (const [file, specifier] of allowed) {
    assert.doesNotMatch(await lint(file, specifier), /no-restricted-imports/, `${file} imports ${specifier}`);
  }
});
