/**
 * Where the time of ingest goes: the processor time of each process for an order, while the service takes a backlog.
 * `node bench/profile.ts [orders] [node arguments, such as --cpu-prof --cpu-prof-dir=/tmp]`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fillBacklog } from './backlog.ts';
import { startCluster } from './cluster.ts';
import { measureIngest } from './ingest.ts';

const [count = 200_000, ...nodeArgs] = process.argv
  .slice(2)
  .map((text, index) => (index === 0 ? Number(text) : text));

/** Microseconds of processor time so far, by the name of the program. Threads of a process count together. */
function processorTime(): Map<string, number> {
  const times = new Map<string, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const [user, system] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13);
      const name = args.includes('main.ts serve') ? 'service' : /\((.*)\)/.exec(stat)![1]!;
      const group = name.replace(/[/:].*/, '');
      times.set(group, (times.get(group) ?? 0) + (Number(user) + Number(system)) * 10_000);
    } catch {
      // It has ended meanwhile.
    }
  }
  return times;
}

const cluster = await startCluster();
try {
  const { brokers } = cluster;
  const topic = 'backlog';
  await fillBacklog({ brokers, topic, count: Number(count), seed: 1 });
  const databaseUrl = await cluster.createDatabase('profile');
  let before = new Map<string, number>();
  let after = before;
  const { perSecond, peakMb } = await measureIngest({
    brokers,
    topic,
    databaseUrl,
    count: Number(count),
    nodeArgs: nodeArgs.map(String),
    onStart: () => (before = processorTime()),
    onEnd: () => (after = processorTime()),
  });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print(
    `${Math.round(perSecond)} orders/s, peak ${Math.round(peakMb)} MB; microseconds of processor time an order:`,
  );
  let total = 0;
  for (const [name, micros] of after) {
    const spent = (micros - (before.get(name) ?? 0)) / Number(count);
    total += spent;
    if (spent >= 0.5) print(`  ${name}: ${spent.toFixed(1)}`);
  }
  print(`  together: ${total.toFixed(1)}; ${((total * perSecond) / 1e6).toFixed(2)} cores busy`);
} finally {
  await cluster.stop();
}
