/**
 * Ingest in a thread of its own: those who read never wait for a batch to be parsed and written, nor for the garbage
 * of it to be collected (docs/performance.md has the figures).
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Lookup } from '../core/lookup.ts';
import type { Measurement } from '../core/measurement.ts';
import { Reports } from './reports.ts';
import type { Command, IngestSettings, IngestWorkerData } from './worker.ts';

/** A third of what a thread has by default: as fast, and 20 MB less at the peak. */
const maxYoungGenerationSizeMb = 24;

/** A thread that says nothing for so long stands still. */
const silenceMs = 5_000;

export interface IngestThreadOptions {
  settings: IngestSettings;
  lookup: Pick<Lookup, 'write' | 'forget' | 'restore'>;
  onMeasured: (measurement: Measurement) => void;
}

export class IngestThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #reports: Reports;
  readonly #drained = Promise.withResolvers<void>();
  readonly #ended: Promise<unknown>;
  #joined = { is: false, saidAt: 0 };

  /** Starts the thread; it connects to nothing before `run`. */
  constructor({ settings, lookup, onMeasured }: IngestThreadOptions) {
    const { port1, port2 } = new MessageChannel();
    const data: IngestWorkerData = { port: port2, settings };
    this.#port = port1;
    this.#worker = new Worker(new URL('worker.ts', import.meta.url), {
      name: 'ingest',
      resourceLimits: { maxYoungGenerationSizeMb },
      workerData: data,
      transferList: [port2],
    });
    this.#worker.on('error', this.#drained.reject);
    // Not `once`, which rejects when there is an error first.
    this.#ended = new Promise((resolve) => this.#worker.on('exit', resolve));
    void this.#ended.then(() => this.#drained.reject(new Error('The thread that ingests has ended.')));
    this.#reports = new Reports({
      port: port1,
      lookup,
      onOther: (report) => {
        if (report.about === 'drained') this.#drained.resolve();
        else if (report.about === 'joined') this.#joined = { is: report.joined, saidAt: performance.now() };
        else onMeasured(report);
      },
    });
    void this.#drained.promise.catch(() => {}); // `run` tells it
  }

  /** Whether it is in the consumer group. */
  get joined(): boolean {
    return this.#joined.is && performance.now() - this.#joined.saidAt < silenceMs;
  }

  /** These orders have been changed by something else than ingest. */
  forget(orderUids: string[]): void {
    this.#reports.forget(orderUids);
  }

  /** Any order may have been changed. Fills the cache anew; throws when the database does not answer. */
  restore(): Promise<void> {
    return this.#reports.restore();
  }

  /**
   * Runs until `stop` is aborted, and until what was taken is stored and acknowledged or `giveUp` is aborted. Rejects
   * only on a bug.
   */
  async run(stop: AbortSignal, giveUp: AbortSignal): Promise<void> {
    this.#command('run');
    this.#relay(stop, 'stop');
    this.#relay(giveUp, 'giveUp');
    await this.#drained.promise;
  }

  /** Leaves the group, disconnects, and ends the thread. */
  async close(): Promise<void> {
    this.#command('close');
    await this.#ended;
  }

  #relay(signal: AbortSignal, command: Command): void {
    if (signal.aborted) this.#command(command);
    else signal.addEventListener('abort', () => this.#command(command), { once: true });
  }

  #command(command: Command): void {
    this.#port.postMessage(command);
  }
}
