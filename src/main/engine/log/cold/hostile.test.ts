import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createRecordReader, type RecordFound } from './index.ts';
import { growRichLog, pieces } from './testing.ts';
import { packInMemory } from './testing/pack.ts';

const segment = 'event-log/segment-000001.json';
let folder: TestFolder;
let members: Map<string, Buffer>;
let lines: string[];
/** Line of the first event in this state, from 1. */
const lineIn = (state: string, from = 3): number => lines.findIndex((line, at) => at >= from && line.includes(`","state":"${state}"`)) + 1;

beforeAll(async () => {
  folder = createTestFolder();
  const { path, log } = await growRichLog(folder.path, 3, 80);
  log.close();
  ({ members } = await packInMemory(path));
  lines = (members.get(segment) as Buffer).toString().split('\n').slice(0, -1);
});
afterAll(() => folder.remove());

async function read(changed: ReadonlyMap<string, Uint8Array>): Promise<RecordFound> {
  const reader = createRecordReader();
  for (const [path, bytes] of changed) await reader.take(path, pieces(bytes, 5000));
  return reader.end();
}

const withLines = (change: (lines: string[]) => string[]): Map<string, Uint8Array> => new Map([...members, [segment, Buffer.from(change([...lines]).map((line) => `${line}\n`).join(''))]]);
const replaced = (line: number, change: (text: string) => string): Map<string, Uint8Array> => withLines((all) => all.with(line - 1, change(all[line - 1] as string)));
const withMember = (path: string, change: (text: string) => string): Map<string, Uint8Array> => new Map([...members, [path, Buffer.from(change((members.get(path) as Buffer).toString()))]]);

describe('a package of a record that is not as it must be', () => {
  it('has no problem as it is', async () => expect((await read(members)).problems).toEqual([]));

  it.each<[string, () => Map<string, Uint8Array>, string, (line: number) => number]>([
    ['a payload changed by a letter', () => replaced(lineIn('open'), (text) => text.slice(0, text.lastIndexOf('"payload":') + 14) + text.slice(text.lastIndexOf('"payload":') + 14).replace(/[a-z]/, (letter) => (letter === 'q' ? 'r' : 'q'))), 'has a payload that is not the recorded one', () => lineIn('open')],
    ['a header that is not canonical', () => replaced(lineIn('open'), (text) => text.replace('"actor":', '"actor": ')), 'has a header that is not in canonical form', () => lineIn('open')],
    ['a header changed', () => replaced(lineIn('open'), (text) => text.replace(/"level":"[a-z]+"/, '"level":"debug"')), 'has a chain hash that does not follow from its header', () => lineIn('open')],
    ['an event taken out', () => withLines((all) => all.toSpliced(9, 1)), 'was expected', () => 10],
    ['an event twice', () => withLines((all) => all.toSpliced(9, 0, all[9] as string)), 'was expected', () => 11],
    ['two events changed about', () => withLines((all) => all.with(9, all[10] as string).with(10, all[9] as string)), 'was expected', () => 10],
    ['a payload taken away without a word', () => replaced(lineIn('open'), (text) => text.replace(/"state":"open".*$/, '"state":"none","payload":null},')), 'lacks the payload that its header speaks of', () => lineIn('open')],
    ['an erasure that no event speaks of', () => replaced(lineIn('open'), (text) => text.replace(/"state":"open".*$/, `"state":"erased","by":${lines.length - 3},"payload":null},`)), 'which does not say so', () => lineIn('open')],
    ['an erasure by an event that is not there', () => replaced(lineIn('open'), (text) => text.replace(/"state":"open".*$/, '"state":"erased","by":999999,"payload":null},')), 'which is not there', () => lineIn('open')],
    ['an encrypted payload as an open one', () => replaced(lineIn('sealed'), (text) => text.replace(/"state":"sealed".*$/, `"state":"open","salt":"${'0'.repeat(64)}","payload":{}},`)), 'has a payload that is not the recorded one', () => lineIn('sealed')],
    ['base64 that is none', () => replaced(lineIn('sealed'), (text) => text.replace('"nonce":"', '"nonce":"=')), 'is not written as an event in state "sealed" is', () => lineIn('sealed')],
    ['members in another order', () => replaced(lineIn('open'), (text) => text.replace(/"state":"open","salt":"([0-9a-f]+)"/, '"salt":"$1","state":"open"')), 'is not written as an event is', () => lineIn('open')],
    ['white space between members', () => replaced(lineIn('open'), (text) => text.replace(',"state":', ', "state":')), 'is not written as an event is', () => lineIn('open')],
    ['a comma missing', () => replaced(10, (text) => text.slice(0, -1)), 'has no comma behind it', () => 10],
    ['the end cut off', () => withLines((all) => all.slice(0, -1)), 'ends too early', () => lines.length],
    ['another count', () => replaced(lines.length, (text) => text.replace(/"count":\d+/, '"count":1')), 'says that it has 1 events', () => lines.length],
    ['something behind the end', () => withLines((all) => [...all, '{}']), 'stands behind the end of the segment', () => lines.length + 1],
    ['another beginning', () => replaced(1, (text) => text.replace('"segment":1', '"segment":2')), 'says that it is segment 2', () => 1],
    ['a record of another home behind the same name', () => replaced(1, (text) => text.replace(/varve\/[0-9a-f]{4}/, 'varve/ffff')), 'does not continue the segment before it', () => 1],
    ['bytes that are no text', () => new Map([...members, [segment, Buffer.concat([(members.get(segment) as Buffer).subarray(0, 3000), Buffer.from([0xff]), (members.get(segment) as Buffer).subarray(3000)])]]), 'is not valid UTF-8', () => 0]
  ])('%s is named with its line', async (_what, change, reason, line) => {
    const found = await read(change());
    const named = found.problems.find((problem) => problem.path === segment && problem.reason.includes(reason));
    expect(named, JSON.stringify(found.problems.slice(0, 5))).toBeDefined();
    if (line(0) > 0) expect(named?.line).toBe(line(0));
    expect(found.sound).toBeLessThanOrEqual(lines.length - 2);
  });

  it('a line without end is refused before it fills the memory', async () => {
    const reader = createRecordReader();
    function* endless(): Generator<Uint8Array> {
      yield Buffer.from(`${lines[0]}\n`);
      for (let i = 0; i < 100; i++) yield Buffer.alloc(1024 * 1024, 97);
      throw new Error('read too far');
    }
    await reader.take(segment, endless());
    expect(reader.end().problems[0]).toMatchObject({ path: segment, line: 2, reason: expect.stringContaining('is longer than') as string });
  });

  it.each<[string, string, (text: string) => string, string]>([
    ['checkpoints in another order', 'tree/checkpoints.jsonl', (text) => text.split('\n').slice(0, -1).reverse().map((line) => `${line}\n`).join(''), 'does not come behind the one before it'],
    ['a checkpoint of another size', 'tree/checkpoints.jsonl', (text) => text.replace(/"size":\d+/, '"size":1'), 'not of 1'],
    ['a newest checkpoint that is not listed', 'tree/checkpoint', (text) => text.replace(/\n/, '\n\n'), 'is not the newest'],
    ['a key of another record', 'tree/vkey', (text) => text.replace(/varve\/0123/, 'varve/ffff'), 'is no verifier key'],
    ['tables of a newer form', 'event-log-tables.jsonl', (text) => text.replace('"schema":9', '"schema":900'), 'is from a newer log.db'],
    ['a table that is not known', 'event-log-tables.jsonl', (text) => text.replace('"table":"sources"', '"table":"entries"'), 'which is not known'],
    ['a table cut off', 'event-log-tables.jsonl', (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`, 'ends too early'],
    ['a value of another kind', 'event-log-tables.jsonl', (text) => text.replace(/"first":\d+/, '"first":"x"'), 'has a value of another kind']
  ])('%s: the member is named', async (_what, path, change, reason) => {
    const found = await read(withMember(path, change));
    expect(found.problems.find((problem) => problem.path === path)?.reason).toContain(reason);
  });
});
