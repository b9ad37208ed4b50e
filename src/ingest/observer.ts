/** What ingest does, told to the metrics and the log. */
import type { IngestObserver } from '../core/ingest.ts';
import { summarize } from '../core/measurement.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tell } from './reports.ts';

/** Nothing that it logs is personal data. */
export function observeIngest(tell: Tell, logger: Logger): IngestObserver {
  return {
    batch(event) {
      tell({ about: 'batch', summary: summarize(event) });
      const { entries, outcomes, seconds } = event;
      logger.debug({ records: entries.length, seconds }, 'stored a batch');
      entries.forEach((entry, index) => {
        if (outcomes[index] !== 'dead_letter' || !('rejection' in entry)) return;
        const { topic, partition, offset } = entry.record;
        const { code, reason } = entry.rejection;
        logger.warn({ topic, partition, offset: String(offset), code, reason }, 'kept a dead letter');
      });
    },
    fault({ error, attempt, delayMs, records }) {
      tell({ about: 'fault', part: 'database' });
      logger.warn({ fault: error, attempt, delayMs, records }, 'a batch could not be stored: trying again');
    },
    lost({ partition, from, to }) {
      tell({ about: 'lost', offsets: Number(to - from) });
      logger.error(
        { partition, from: String(from), to: String(to - 1n) },
        'the broker has deleted records before they were read: these offsets are lost (is the retention of the topic too short?)',
      );
    },
    wentBack() {
      tell({ about: 'fault', part: 'database' });
      logger.error(
        'the database is behind what this instance had stored (a failover to a replica that lagged, a restore under way?): what it lacks is read again from Kafka',
      );
    },
    commitFailed(fault) {
      tell({ about: 'fault', part: 'commit' });
      logger.warn({ fault }, 'offsets could not be committed: the next batch commits them');
    },
  };
}
