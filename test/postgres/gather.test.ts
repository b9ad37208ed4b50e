import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { Gather } from '../../src/postgres/gather.ts';

function held(patienceMs = 60_000) {
  const questions: {
    keys: string[];
    answer: (answers: Map<string, string>) => void;
    fail: (e: Error) => void;
  }[] = [];
  const gather = new Gather<string>({
    atOnce: 2,
    maxKeys: 3,
    patienceMs,
    ask: (keys) => new Promise((resolve, reject) => questions.push({ keys, answer: resolve, fail: reject })),
  });
  const asked = () => questions.map(({ keys }) => keys);
  return { gather, questions, asked };
}

const upperCase = (keys: string[]) => new Map(keys.map((key) => [key, key.toUpperCase()]));

test('the first keys go at once; those behind are gathered, at most so many, and each gets its own answer', async () => {
  const { gather, questions, asked } = held();
  const answers = Promise.all('abcdefg'.split('').map((key) => gather.get(key)));
  assert.deepEqual(asked(), [['a'], ['b']]);
  questions[1]!.answer(new Map());
  await turn();
  assert.deepEqual(asked(), [['a'], ['b'], ['c', 'd', 'e']]);
  for (const { keys, answer } of questions) answer(upperCase(keys));
  await turn();
  assert.deepEqual(asked().at(-1), ['f', 'g']);
  questions.at(-1)!.answer(upperCase(['g']));
  assert.deepEqual(await answers, ['A', undefined, 'C', 'D', 'E', undefined, 'G']);
});

test('a question that fails fails for those in it and behind it, not for those of another; the next is asked', async () => {
  const { gather, questions, asked } = held();
  const answers = Promise.allSettled('abcd'.split('').map((key) => gather.get(key)));
  questions[0]!.fail(new Error('away'));
  await turn();
  questions[1]!.answer(upperCase(['b']));
  assert.deepEqual(
    (await answers).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    ['Error: away', 'B', 'Error: away', 'Error: away'],
  );
  const later = gather.get('e');
  assert.deepEqual(asked().at(-1), ['e']);
  questions.at(-1)!.answer(upperCase(['e']));
  assert.equal(await later, 'E');
});

test('who has waited for too long is refused when others are asked for', async () => {
  const { gather, questions, asked } = held(200);
  const answers = Promise.allSettled('abc'.split('').map((key) => gather.get(key)));
  await delay(250);
  questions[0]!.answer(upperCase(['a']));
  questions[1]!.answer(upperCase(['b']));
  const [, , late] = await answers;
  assert.equal(late!.status, 'rejected');
  assert.deepEqual(asked(), [['a'], ['b']]);
});
