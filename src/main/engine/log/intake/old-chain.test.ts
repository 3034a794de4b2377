// The hash chain of an old file, made by Python's own json and hashlib: recognised, followed, and its first break named.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Mapping, type ChainReport } from '../../../../contract/intake.ts';
import { parseJsonNumbersAsText } from '../json-text.ts';
import { createOldChain } from './old-chain.ts';

const present = spawnSync('python3', ['-c', '0']).status === 0;
if (!present) console.log('skipped: no python3 to make old chains');

/** Runs a Python program that prints the file. */
function python(program: string): string[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
  expect(status, stderr).toBe(0);
  return stdout.trimEnd().split('\n');
}

const entries = `
import json, hashlib
sha = lambda text: hashlib.sha256(text.encode('utf-8')).hexdigest()
entries = [{'ts': '2024-01-%02dT10:00:00Z' % (i + 1), 'session_id': 's%d' % (i % 3), 'action': 'train.step', 'payload': {'zeta': i, 'alpha': 'ação 😀 \\u007f', 'big': 12345678901234567890, 'f': i + 0.5, 'tiny': 1e-7, 'one': 1.0, 'b': [True, None]}} for i in range(8)]
`;

function follow(lines: readonly string[], chain: unknown = 'auto'): ChainReport {
  const follower = createOldChain(Mapping.parse({ format: 'varve-mapping', version: 1, chain }));
  lines.forEach((line, i) => follower.follow(i + 1, parseJsonNumbersAsText(line)));
  return follower.report();
}

const ways: [string, string][] = [
  ['previous hash in front, sorted', "h = sha(prev + json.dumps(e, sort_keys=True))"],
  ['previous hash in front, as it came', "h = sha(prev + json.dumps(e))"],
  ['previous hash in front, compact and sorted', "h = sha(prev + json.dumps(e, sort_keys=True, separators=(',', ':')))"],
  ['previous hash in front, compact, Unicode', "h = sha(prev + json.dumps(e, separators=(',', ':'), ensure_ascii=False))"],
  ['previous hash behind a bar, Unicode', "h = sha(json.dumps(e, sort_keys=True, ensure_ascii=False) + '|' + prev)"],
  ['only the payload', "h = sha(prev + json.dumps(e['payload'], sort_keys=True))"],
  ['members joined by bars', "h = sha('|'.join([prev, e['ts'], e['session_id'], e['action'], json.dumps(e['payload'], sort_keys=True)]))"],
  ['members joined, hash behind', "h = sha(e['ts'] + e['action'] + json.dumps(e['payload']) + prev)"],
  ['beginning with zeros', "h = sha((prev or '0' * 64) + json.dumps(e, sort_keys=True))"],
  ['beginning with GENESIS', "h = sha((prev or 'GENESIS') + ':' + json.dumps(e, sort_keys=True))"],
  ['SHA-512', "h = hashlib.sha512((prev + json.dumps(e, sort_keys=True)).encode()).hexdigest()"],
  ['the previous hash is a member', "e['prev_hash'] = prev or '0' * 64; h = sha(json.dumps(e, sort_keys=True))"]
];

describe.runIf(present)('a chain that Python made', () => {
  it.each(ways)('is recognised and intact: %s', (_name, way) => {
    const lines = python(`${entries}\nprev = ''\nfor e in entries:\n  ${way}\n  e['hash'] = h; prev = h\n  print(json.dumps(e, ensure_ascii=False))`);
    expect(follow(lines)).toMatchObject({ state: 'intact', checked: 8 });
  });

  it.each(ways)('is broken at the line that was changed, taken out or put in: %s', (_name, way) => {
    const lines = python(`${entries}\nprev = ''\nfor e in entries:\n  ${way}\n  e['hash'] = h; prev = h\n  print(json.dumps(e))`);
    const changed = (at: number): string[] => lines.map((line, i) => (i === at ? line.replace('"zeta": ', '"zeta": 9') : line));
    for (const at of [1, 3, 7]) expect(follow(changed(at))).toMatchObject({ state: 'broken', line: at + 1, checked: at });
    expect(follow(lines.toSpliced(4, 1))).toMatchObject({ state: 'broken', line: 5 });
    expect(follow(lines.toSpliced(4, 0, lines[2] as string))).toMatchObject({ state: 'broken', line: 5 });
    expect(follow(lines.toSpliced(4, 1, (lines[4] as string).replace(/"hash": "\w+"/, '"x": 1')))).toMatchObject({ state: 'broken', line: 5 });
    // A chain that begins in the middle of an older file can only be followed where the line itself names the one before.
    if (way.includes('prev_hash')) expect(follow(lines.slice(3))).toMatchObject({ state: 'intact', checked: 5 });
  });

  it('whose first line was changed is broken there, because the second still fits', () => {
    const lines = python(`${entries}\nprev = ''\nfor e in entries:\n  h = sha(prev + json.dumps(e, sort_keys=True))\n  e['hash'] = h; prev = h\n  print(json.dumps(e))`);
    expect(follow([(lines[0] as string).replace('train', 'drain'), ...lines.slice(1)])).toMatchObject({ state: 'broken', line: 1, checked: 0 });
  });

  it('by a rule that nobody knows is called unrecognised, not broken; the rule in a mapping makes it intact', () => {
    const lines = python(`${entries}\nprev = 'seed'\nfor e in entries:\n  h = sha(prev + '>>' + json.dumps(e, sort_keys=True))\n  e['hash'] = h; prev = h\n  print(json.dumps(e))`);
    expect(follow(lines)).toMatchObject({ state: 'unrecognised', line: 1, checked: 0 });
    const rule = { over: 'line', form: 'python-sorted', previous: 'before', separator: '>>', first: 'seed' };
    expect(follow(lines, rule)).toMatchObject({ state: 'intact', checked: 8 });
    expect(follow(lines, { ...rule, first: 'other' })).toMatchObject({ state: 'broken', line: 1 });
  });
});

it('is absent where no line has a hash, or where nobody wants it looked at', () => {
  expect(follow(['{"action":"a"}', '{"action":"b","hash":"short"}'])).toEqual({ state: 'absent', checked: 0 });
  expect(follow([`{"action":"a","hash":"${'0'.repeat(64)}"}`], 'none')).toEqual({ state: 'absent', checked: 0 });
});

it('may begin after lines of an older program that made none', () => {
  expect(follow(['{"action":"a"}', `{"action":"b","hash":"${'0'.repeat(64)}"}`])).toMatchObject({ state: 'unrecognised', line: 2 });
});
