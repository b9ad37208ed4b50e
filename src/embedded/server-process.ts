/**
 * A server as a child process: started, watched, restarted, stopped. It is in a process group of its own, so
 * that Ctrl-C in the terminal reaches only the service, which stops its servers in order. After a `kill -9` of
 * the service it lives on as an orphan; the next start finds it by its pid file.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openConsoleLog, type ConsoleLog } from './console-log.ts';
import { EmbeddedError } from './embedded-error.ts';
import { commandLines, endProcess } from './processes.ts';

const startTimeoutMs = 120_000;
const stillStartingMs = 10_000;
const pollMs = 25;
const firstBackoffMs = 500;
const maxBackoffMs = 30_000;
/** A server that ran this long is healthy: its next end is a new fault and not one more of the last. */
const healthyMs = 60_000;

export interface EmbeddedOptions {
  /** The server's own folder, such as `.data/kafka`. Hold `lockDataDir` of its parent: orphans in it are ended. */
  dataDir: string;
  /** TCP port of 127.0.0.1; 0 takes any free one. */
  port: number;
  /** Told each slow step and each restart, as a sentence for a person. */
  onProgress: (message: string) => void;
  /** Start the server again when it dies by itself. Default true. */
  restart?: boolean;
  /** Gives up a start under way; nothing is left running. */
  signal?: AbortSignal | undefined;
}

export interface EmbeddedServer {
  /** `127.0.0.1:<port>`, the same after every restart. */
  readonly address: string;
  /** The process that is running now; another one after a restart. */
  readonly pid: number;
  /** Ends the server in order, or by force after 5 s. Never restarts it afterwards. Harmless when called again. */
  stop(): Promise<void>;
}

export interface Command {
  file: string;
  args: string[];
  uid?: number;
  gid?: number;
}

export interface ServerSpec {
  name: string;
  /** Absolute: pid file and logs are kept here. */
  dir: string;
  address: string;
  command: Command;
  /** A part of the command line that no process but this server in this folder has. */
  marker: string;
  /** How to end it, from polite to certain. */
  stopSignals: readonly NodeJS.Signals[];
  /** Runs before every start of the process, while none is running. */
  prepare: () => Promise<void>;
  isReady: () => Promise<boolean>;
}

interface Run {
  child: ChildProcess;
  pid: number;
  startedAt: number;
  log: ConsoleLog;
  /** How it ended; undefined while it runs. */
  ended: string | undefined;
}

/** Ends what a killed service left running in `dir`, and no process but that. */
export async function endOrphan(
  { name, dir, marker, stopSignals }: Pick<ServerSpec, 'name' | 'dir' | 'marker' | 'stopSignals'>,
  onProgress: (message: string) => void,
): Promise<void> {
  const pid = Number(await readFile(pidFile(dir), 'utf8').catch(() => ''));
  const isGone = async () => !(await commandLines()).get(pid)?.includes(marker);
  if (pid > 0 && !(await isGone())) {
    onProgress(`Ending ${name} of an earlier run (process ${pid})`);
    await endProcess(pid, stopSignals, isGone);
  }
  await rm(pidFile(dir), { force: true });
}

/** Resolves when the server is ready. Throws an EmbeddedError with the end of its log when it does not start. */
export async function startServer(
  spec: ServerSpec,
  { onProgress, restart = true, signal }: Pick<EmbeddedOptions, 'onProgress' | 'restart' | 'signal'>,
): Promise<EmbeddedServer> {
  const server = new ServerProcess(spec, onProgress, restart);
  await server.start(signal);
  return server;
}

class ServerProcess implements EmbeddedServer {
  readonly address: string;
  readonly #spec: ServerSpec;
  readonly #onProgress: (message: string) => void;
  readonly #restart: boolean;
  readonly #stopping = new AbortController();
  #run: Run | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #backoffMs = firstBackoffMs;

  constructor(spec: ServerSpec, onProgress: (message: string) => void, restart: boolean) {
    this.address = spec.address;
    this.#spec = spec;
    this.#onProgress = onProgress;
    this.#restart = restart;
  }

  get pid(): number {
    return this.#run?.pid ?? -1;
  }

  async start(signal: AbortSignal = this.#stopping.signal): Promise<void> {
    await this.#spec.prepare();
    signal.throwIfAborted();
    const run = await this.#spawn();
    this.#run = run;
    try {
      await this.#untilReady(run, signal);
    } catch (error) {
      await this.#end(run);
      throw error;
    }
    const onExit = () => {
      if (this.#restart && !this.#stopping.signal.aborted) this.#restarting = this.#startAgain(run);
    };
    if (run.ended === undefined) run.child.once('exit', onExit);
    else onExit();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restarting;
    if (this.#run !== undefined) await this.#end(this.#run);
  }

  async #spawn(): Promise<Run> {
    const { dir, command } = this.#spec;
    const { file, args, ...user } = command;
    const log = await openConsoleLog(join(dir, 'logs', 'console.log'));
    const child = spawn(file, args, { ...user, cwd: dir, detached: true, stdio: ['ignore', log.fd, log.fd] });
    // Written before anything is awaited: a service killed from here on finds its orphan again.
    if (child.pid !== undefined) writeFileSync(pidFile(dir), String(child.pid));
    log.close();
    child.unref();
    const run: Run = { child, pid: child.pid ?? -1, startedAt: Date.now(), log, ended: undefined };
    child.once('exit', (code, signal) => (run.ended = signal ?? `exit code ${code}`));
    child.once('error', (error) => (run.ended ??= error.message));
    return run;
  }

  async #untilReady(run: Run, signal: AbortSignal): Promise<void> {
    const { name, isReady } = this.#spec;
    for (let nextWordMs = stillStartingMs; !(await isReady()); await sleep(pollMs, undefined, { signal })) {
      const elapsedMs = Date.now() - run.startedAt;
      if (run.ended !== undefined || elapsedMs > startTimeoutMs) {
        const how = run.ended ?? `not ready after ${startTimeoutMs / 1000} s`;
        throw new EmbeddedError(
          `${name} did not start (${how}). The end of ${run.log.path}:\n${await run.log.tail()}`,
        );
      }
      if (elapsedMs > nextWordMs) {
        this.#onProgress(`${name} is still starting (${Math.round(elapsedMs / 1000)} s)`);
        nextWordMs += stillStartingMs;
      }
    }
  }

  /** Never rejects: a server that does not start is tried again, ever more slowly, until `stop()`. */
  async #startAgain(run: Run): Promise<void> {
    const { name } = this.#spec;
    const { signal } = this.#stopping;
    if (Date.now() - run.startedAt > healthyMs) this.#backoffMs = firstBackoffMs;
    for (let why = `${name} ended unexpectedly (${run.ended})`; ;) {
      this.#onProgress(`${why}: starting it again in ${this.#backoffMs / 1000} s`);
      try {
        await sleep(this.#backoffMs, undefined, { signal });
        this.#backoffMs = Math.min(this.#backoffMs * 2, maxBackoffMs);
        await this.start(signal);
        this.#onProgress(`${name} is running again`);
        return;
      } catch (error) {
        if (signal.aborted) return;
        why = error instanceof Error ? error.message : String(error);
      }
    }
  }

  async #end(run: Run): Promise<void> {
    run.child.ref();
    await endProcess(run.pid, this.#spec.stopSignals, () => run.ended !== undefined);
    // Another process may have been started in this folder since: its pid file stays.
    const current = await readFile(pidFile(this.#spec.dir), 'utf8').catch(() => '');
    if (current === String(run.pid)) await rm(pidFile(this.#spec.dir), { force: true });
  }
}

function pidFile(dir: string): string {
  return join(dir, 'server.pid');
}
