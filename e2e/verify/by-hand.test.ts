// The page on verifying is true: its example is what the formats say, its commands print what stands under them, and they notice a change.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeExample } from './harness/example.ts';
import { createPlace, run, verifierFile } from './harness/verifier.ts';

const folder = dirname(verifierFile);
const place = createPlace();
afterAll(() => place.dispose());
const { files } = makeExample();
// After a change of the formats: VARVE_REMAKE_EXAMPLE=1, then the page's outputs by hand.
if (process.env['VARVE_REMAKE_EXAMPLE'] === '1') for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'example', name), content);

interface Step {
  commands: string;
  expected: string;
}

function stepsOf(page: string): Step[] {
  const text = readFileSync(join(folder, page), 'utf8');
  const steps = [...text.matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```/g)].map((match) => ({ commands: match[1]!, expected: match[2]! }));
  expect(steps).toHaveLength([...text.matchAll(/```sh\n/g)].length);
  return steps;
}

/** Runs the steps one after the other in one shell, in a copy of the folder; what each printed. */
function perform(steps: Step[], shell: string, name: string, change: (example: string) => void = () => undefined): { printed: string[]; code: number | null; errors: string } {
  const copy = place.path(name);
  mkdirSync(join(copy, 'out'), { recursive: true });
  cpSync(folder, join(copy, 'verify'), { recursive: true });
  change(join(copy, 'verify/example'));
  const script = `set -eu\n${steps.map(({ commands }, at) => `{\n${commands}} > "$OUT/${at}"\n`).join('')}`;
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'en_US.UTF-8', HOME: copy, OUT: join(copy, 'out') };
  const { status, stderr } = spawnSync(shell, ['-c', script], { cwd: join(copy, 'verify'), env, encoding: 'utf8' });
  const written = readdirSync(join(copy, 'out')).sort((left, right) => Number(left) - Number(right));
  return { printed: written.map((file) => readFileSync(join(copy, 'out', file), 'utf8')), code: status, errors: stderr };
}

describe('the example', () => {
  it('is made of nothing but the formats and a seed', () => {
    expect(readdirSync(join(folder, 'example')).sort()).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files)) expect([name, readFileSync(join(folder, 'example', name), 'utf8')]).toEqual([name, content]);
  });

  it('is verified by the program in every kind', () => {
    const at = (name: string): string => join(folder, 'example', name);
    const brought = ['--key', at('log.vkey'), '--witness', at('witness.vkey'), '--checkpoint', at('held.checkpoint'), '--consistency', at('5-to-12.consistency')];
    for (const name of ['whole.varve-evidence', 'chosen.varve-evidence', 'entry-4.tlog-proof', 'newest.checkpoint']) {
      expect([name, run([at(name), ...brought])]).toEqual([name, { code: 0, out: expect.stringContaining('VERIFIED with the key that you gave and against the checkpoint that you hold.'), err: '' }]);
    }
  });
});

describe.each(['README.md', 'README.pt-BR.md'])('the commands of %s', (page) => {
  const steps = stepsOf(page);

  it.each(['sh', 'bash'])('print in %s what stands under them', (shell) => {
    expect(steps.length).toBeGreaterThan(10);
    const { printed, code, errors } = perform(steps, shell, `${page}-${shell}`);
    expect({ code, errors, printed }).toEqual({ code: 0, errors: '', printed: steps.map(({ expected }) => expected) });
  });

  it('reach the values that the example expects', () => {
    const all = steps.map(({ expected }) => expected).join('');
    const expected = JSON.parse(files['expected.json']!) as Record<string, string | number | string[]>;
    for (const field of ['origin', 'root', 'leafHash', 'commitment', 'chainHash', 'witnessTime']) expect([field, all.includes(String(expected[field]))]).toEqual([field, true]);
  });
});

describe('a change in the proof file', () => {
  const steps = stepsOf('README.md').slice(1, 7);
  const cd: Step = { commands: 'cd example\n', expected: '' };
  const changedProof = (change: (lines: string[]) => void) => (example: string): void => {
    const lines = readFileSync(join(example, 'entry-4.tlog-proof'), 'utf8').split('\n');
    change(lines);
    writeFileSync(join(example, 'entry-4.tlog-proof'), lines.join('\n'));
  };
  const inExtra = (from: string, to: string) => changedProof((lines) => {
    const extra = Buffer.from(lines[1]!.slice(6), 'base64').toString('utf8');
    expect(extra).toContain(from);
    lines[1] = `extra ${Buffer.from(extra.replace(from, to)).toString('base64')}`;
  });

  it('is noticed by the signature, the root or the commitment', () => {
    const size = perform([cd, ...steps], 'sh', 'size', changedProof((lines) => (lines[lines.indexOf('12')] = '11')));
    expect(size.code).not.toBe(0);
    const header = perform([cd, ...steps], 'sh', 'header', inExtra('note.added', 'note.faked')).printed;
    const [leaf, path, content] = [4, 5, 6].map((at) => header[at]!.trim().split('\n'));
    expect(leaf!.at(-1)).not.toBe(JSON.parse(files['expected.json']!).leafHash);
    expect(path!.at(-1)).toBe(JSON.parse(files['expected.json']!).root);
    expect(path!.at(-3)).not.toBe(path!.at(-1));
    expect(content!.at(-2)).toBe(content!.at(-1));
    const payload = perform([cd, ...steps], 'sh', 'payload', inExtra('12.4 mg', '12.9 mg')).printed[6]!.trim().split('\n');
    expect(payload.at(-2)).not.toBe(payload.at(-1));
  });
});
