// varve log append --jsonl, import, follow and export as a person uses them: words, exit codes, files.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExportEnd, ExportMeta, ImportReport } from '../../contract/intake.ts';
import { createTestEngine, type TestEngine } from '../engine/testing/index.ts';

const program = join(import.meta.dirname, '..', 'cli.ts');
let home: TestEngine;
let n = 0;

beforeAll(async () => {
  home = await createTestEngine();
  await home.engine.stop();
}, 60_000);
afterAll(() => home.close());
beforeEach(() => {
  n += 1;
});

const at = (name: string): string => join(home.folder, `${n}-${name}`);
function run(args: readonly string[], input = '', language = 'en'): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--home', home.homePath, ...args], { encoding: 'utf8', input, cwd: home.folder, env: { ...process.env, VARVE_LANGUAGE: language } });
  return { status, stdout, stderr };
}
const old = (...lines: string[]): string => {
  writeFileSync(at('old.jsonl'), lines.map((line) => `${line}\n`).join(''));
  return at('old.jsonl');
};

describe('varve log append --jsonl', () => {
  it('takes lines from a pipe and from a file', () => {
    expect(run(['log', 'append', '--jsonl', '-'], '{"action":"app.one"}\n{"action":"app.two"}\n')).toMatchObject({ status: 0, stdout: '2 entries added.\n' });
    expect(run(['log', 'append', '--jsonl'], '{"action":"app.one"}', 'pt-BR')).toMatchObject({ status: 0, stdout: '1 entrada adicionada.\n' });
    expect(run(['log', 'append', '--jsonl', old('{"action":"app.three"}')]).status).toBe(0);
    expect(run(['log', 'append', '--jsonl', at('nothing')]).status).toBe(4);
  });

  it('names the bad line: exit 2 and stopped, or exit 3 and kept', () => {
    const input = '{"action":"app.good"}\n{"action":"app.bad","payload":{"a":1,"a":2}}\n{"action":"app.good"}\n';
    const stopped = run(['log', 'append', '--jsonl', '-'], input);
    expect(stopped).toMatchObject({ status: 2, stdout: '1 entry added.\n' });
    expect(stopped.stderr).toMatch(/Stopped at line 2: .*twice/);
    const kept = run(['log', 'append', '--jsonl', '-', '--on-error', 'quarantine', '--json'], input);
    expect(kept.status).toBe(3);
    expect(readFileSync((JSON.parse(kept.stdout) as { quarantine: string }).quarantine, 'utf8')).toContain('"line":2');
  });

  it('does not go together with options of a single entry, and one of the two is needed', () => {
    for (const args of [['--jsonl', '-', '--action', 'app.x'], ['--jsonl', '-', '--payload', '1'], [], ['--jsonl', '-', '--on-error', 'ignore']]) expect(run(['log', 'append', ...args]).status).toBe(2);
  });

  it('says when something was masked', () => {
    const secret = ['ghp', '_', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6'].join('');
    const ran = run(['log', 'append', '--action', 'app.pushed', '--payload', JSON.stringify({ note: secret })]);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain('revoke');
    expect(run(['log', 'list', '--action', 'app.pushed']).stdout).toContain('[GITHUB-TOKEN]');
  });
});

describe('varve log import', () => {
  it('imports once, says what it did in both languages, and leaves a report', () => {
    const file = old('{"ts":"2024-01-01T00:00:00Z","action":"lab.ran","payload":{"i":1}}', 'broken');
    const tried = run(['log', 'import', file, '--dry-run']);
    expect(tried).toMatchObject({ status: 3, stdout: expect.stringContaining('Nothing was recorded') });
    const first = run(['log', 'import', file, '--json']);
    expect(first.status).toBe(3);
    const report = JSON.parse(first.stdout) as ImportReport;
    expect(report).toMatchObject({ imported: 1, refused: 1, chain: { state: 'absent' } });
    expect(statSync(report.report ?? '').mode & 0o077).toBe(0);
    const again = run(['log', 'import', file], '', 'pt-BR');
    expect(again).toMatchObject({ status: 3, stdout: expect.stringContaining('1 já no registro') });
    expect(again.stdout).toContain('nada foi acrescentado');
  });

  it('by a mapping; a wrong one is exit 2 and names the member', () => {
    writeFileSync(at('m.json'), '{"format":"varve-mapping","version":1,"action":{"fixed":"app.line"},"data":"/x"}');
    expect(run(['log', 'import', old('{"x":1}'), '--mapping', at('m.json'), '--source', 'mapped']).status).toBe(0);
    writeFileSync(at('w.json'), '{"format":"varve-mapping","version":1,"extra":1}');
    expect(run(['log', 'import', old('{"x":1}'), '--mapping', at('w.json')])).toMatchObject({ status: 2, stderr: expect.stringContaining('extra') });
    expect(run(['log', 'import', at('none')]).status).toBe(4);
    expect(run(['log', 'import', home.folder]).status).toBe(2);
  });
});

describe('varve log follow', () => {
  it('adds, runs, lists and removes', () => {
    const file = old('{"action":"app.followed","payload":1}');
    expect(run(['log', 'follow', 'add', file])).toMatchObject({ status: 0, stdout: expect.stringContaining('is followed') });
    expect(run(['log', 'follow', 'add', file]).status).toBe(8);
    writeFileSync(file, '{"action":"app.followed","payload":2}\n', { flag: 'a' });
    expect(run(['log', 'follow', 'run'])).toMatchObject({ status: 0, stdout: expect.stringContaining(file) });
    expect(JSON.parse(run(['log', 'follow', 'list', '--json']).stdout)).toMatchObject([{ path: file, taken: 1, refused: 0 }]);
    expect(run(['log', 'follow', 'rm', file]).status).toBe(0);
    expect(run(['log', 'follow', 'rm', file]).status).toBe(4);
    expect((JSON.parse(run(['log', 'list', '--action', 'app.followed', '--json']).stdout) as { total: number }).total).toBe(2);
  });
});

describe('varve log export', () => {
  it('writes JSON lines and CSV beside what a reader should know, and never over a file', () => {
    const out = at('out.jsonl');
    expect(run(['log', 'export', '--out', out, '--purpose', 'review', '--category', 'home'])).toMatchObject({ status: 0, stdout: expect.stringContaining('written to') });
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toMatchObject({ format: 'varve-log-export', filter: { category: ['home'] }, purpose: 'review', timeZone: 'UTC' } satisfies Partial<ExportMeta>);
    expect(lines.at(-1)).toMatchObject({ end: true, entries: lines.length - 2 } satisfies Partial<ExportEnd>);
    expect(run(['log', 'export', '--out', out, '--purpose', 'x']).status).toBe(8);
    const csv = at('out.csv');
    expect(run(['log', 'export', '--format', 'csv', '--bom', '--out', csv, '--purpose', 'review']).status).toBe(0);
    expect(readFileSync(csv, 'utf8').startsWith('\ufeffseq,')).toBe(true);
    expect(JSON.parse(readFileSync(`${csv}.meta.json`, 'utf8'))).toMatchObject({ as: 'csv', omitted: { erased: 0 }, timeZone: 'UTC' });
  });

  it('to standard output is the export and nothing else', () => {
    const { status, stdout } = run(['log', 'export', '--out', '-', '--purpose', 'pipe', '--action', 'home.*']);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').every((line) => typeof JSON.parse(line) === 'object')).toBe(true);
  });

  it('wants a purpose and a place, and leaves nothing behind when it cannot write', () => {
    expect(run(['log', 'export', '--out', at('x')]).status).toBe(2);
    expect(run(['log', 'export', '--purpose', 'x']).status).toBe(2);
    expect(run(['log', 'export', '--out', at('x'), '--purpose', 'x', '--format', 'xml']).status).toBe(2);
    expect(run(['log', 'export', '--out', join(home.folder, 'no/such/folder/x'), '--purpose', 'x']).status).not.toBe(0);
    expect(existsSync(at('x'))).toBe(false);
  });
});
