/**
 * How large the faults are. `make test` runs the short form, under three minutes in all; `make test-faults`, which
 * sets FAULTS=long, the long one. The same tests, nothing is left out: only numbers and durations differ.
 */
const long = process.env['FAULTS'] === 'long';

export const scale = {
  /** Orders under the faults that need a load. */
  orders: long ? 20_000 : 3_000,
  crashes: long ? 5 : 2,
  fuzzedRecords: long ? 20_000 : 2_000,
  postgresDownMs: long ? 60_000 : 6_000,
  postgresHungMs: long ? 20_000 : 8_000,
  brokerKills: long ? 3 : 1,
  rebalances: long ? 20 : 3,
  terminations: long ? 40 : 10,
};
