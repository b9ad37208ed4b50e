/** What ingest does, told to the metrics, the log and whoever watches. */
import type { Feed } from './core/feed.ts';
import type { IngestObserver } from './core/ingest.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface Observed {
  metrics: Metrics;
  feed: Feed;
  logger: Logger;
  onDeadLetters: () => void;
}

/** Nothing that it logs is personal data. */
export function observeIngest({ metrics, feed, logger, onDeadLetters }: Observed): IngestObserver {
  return {
    batch(event) {
      metrics.batch(event);
      const { entries, outcomes, seconds } = event;
      if (outcomes.includes('dead_letter')) onDeadLetters();
      feed.stored(outcomes.filter((outcome) => outcome === 'stored' || outcome === 'updated').length);
      logger.debug({ records: entries.length, seconds }, 'stored a batch');
      entries.forEach((entry, index) => {
        if (outcomes[index] !== 'dead_letter' || !('rejection' in entry)) return;
        const { topic, partition, offset } = entry.record;
        const { code, reason } = entry.rejection;
        logger.warn({ topic, partition, offset: String(offset), code, reason }, 'kept a dead letter');
      });
    },
    fault({ error, attempt, delayMs, records }) {
      metrics.fault('database');
      logger.warn({ fault: error, attempt, delayMs, records }, 'a batch could not be stored: trying again');
    },
    lost({ partition, from, to }) {
      metrics.lost(Number(to - from));
      logger.error(
        { partition, from: String(from), to: String(to - 1n) },
        'the broker has deleted records before they were read: these offsets are lost (is the retention of the topic too short?)',
      );
    },
    wentBack() {
      metrics.fault('database');
      logger.error(
        'the database is behind what this instance had stored (a failover to a replica that lagged, a restore under way?): what it lacks is read again from Kafka',
      );
    },
    commitFailed(fault) {
      metrics.fault('commit');
      logger.warn({ fault }, 'offsets could not be committed: the next batch commits them');
    },
  };
}
