// The examples of docs/log-from-other-programs.md, run as they stand: in Python, in a shell, in a notebook's cells, in R where it exists. And many
// programs at once, through the command and over HTTP: one order, nothing lost.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../contract/log.ts';
import { createTestEngine, testContext, type TestEngine } from '../engine/testing/index.ts';
import { startHttpServer, type HttpServer } from '../transport/http/server.ts';
import { createRouter } from '../transport/router.ts';

const program = join(import.meta.dirname, '..', 'cli.ts');
const examples = join(import.meta.dirname, '../../../docs/examples');
const has = (command: string): boolean => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const python = has('python3');
const r = has('Rscript');
if (!python) console.log('skipped: no python3 to run the examples');
if (!r) console.log('skipped: no Rscript to run the example in R');

const token = randomBytes(16).toString('hex');
let home: TestEngine;
let server: HttpServer;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  home = await createTestEngine();
  server = await startHttpServer({ router: createRouter(home.api), listen: { host: '127.0.0.1', port: 0 }, authenticate: (bearer) => (bearer === token ? { actor: 'lab-robot', via: 'api', scope: 'append' } : undefined) });
  const varve = join(home.folder, 'varve');
  writeFileSync(varve, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(varve, 0o755);
  env = { ...process.env, VARVE_HOME: home.homePath, VARVE_LANGUAGE: 'en', VARVE_TOKEN: token, VARVE_URL: `http://127.0.0.1:${server.port}`, PATH: `${home.folder}${delimiter}${process.env['PATH']}` };
}, 60_000);
afterAll(async () => {
  await server.close();
  await home.close();
});

const entriesOf = async (action: string): Promise<LogEntry[]> => (await home.api.log.list({ filter: { action }, order: 'oldest', limit: 1000 }, testContext)).entries;
// The server answers from this process, so an example must not block it.
const run = (command: string, args: readonly string[], input?: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: env as NodeJS.ProcessEnv });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input ?? '');
  });

describe('the documented examples', () => {
  it.runIf(python)('in Python', async () => {
    const ran = await run('python3', [join(examples, 'log-from-python.py')]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect((await entriesOf('app.epoch')).map(({ payload, subjectName, category }) => [(payload as { epoch: number }).epoch, subjectName, category])).toEqual([0, 1, 2, 0].map((epoch) => [epoch, 'run:42', 'experiment']));
    expect(await entriesOf('app.finished')).toMatchObject([{ actorName: 'lab-robot', payload: { epochs: 3 } }]);
  }, 60_000);

  it('in a shell', async () => {
    const ran = await run('sh', [join(examples, 'log-from-shell.sh')]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(await entriesOf('app.backup-checked')).toMatchObject([{ payload: { disk: 'T7', ok: true } }]);
    expect((await entriesOf('app.measured')).map(({ payload, actorName }) => [(payload as { n: number }).n, actorName === 'lab-robot'])).toEqual([[0, false], [1, false], [2, false], [3, true]]);
  }, 60_000);

  it.runIf(python)('in a notebook, cell by cell', async () => {
    const { cells } = JSON.parse(readFileSync(join(examples, 'log-from-notebook.ipynb'), 'utf8')) as { cells: { cell_type: string; source: string[] }[] };
    const code = cells.filter(({ cell_type: kind }) => kind === 'code').map(({ source }) => source.join('')).join('\n\n');
    const ran = await run('python3', ['-'], code);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(await entriesOf('app.decided')).toMatchObject([{ subjectName: 'notebook:calibration', payload: { mean: 20.133 } }]);
  }, 60_000);

  it.runIf(r)('in R', async () => {
    const ran = await run('Rscript', [join(examples, 'log-from-r.R')]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(await entriesOf('app.fitted')).toHaveLength(3);
  }, 60_000);
});

it('many programs at once, through the command and over HTTP, keep one order and lose nothing', async () => {
  const lines = (name: string, count: number): string => Array.from({ length: count }, (_, i) => `${JSON.stringify({ action: 'app.raced', payload: { name, i } })}\n`).join('');
  const post = async (name: string, i: number): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/log/events`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ action: 'app.raced', payload: { name, i } }) });
    return answer.status;
  };
  const commands = ['a', 'b', 'c'].map(async (name) => (await run(join(home.folder, 'varve'), ['log', 'append', '--jsonl', '-'], lines(name, 150))).code);
  const posting = (async () => {
    for (let i = 0; i < 60; i++) expect(await post('http', i)).toBe(200);
    return 0;
  })();
  expect(await Promise.all([...commands, posting])).toEqual([0, 0, 0, 0]);
  const raced = (await entriesOf('app.raced')).map(({ payload }) => payload as { name: string; i: number });
  expect(raced).toHaveLength(3 * 150 + 60);
  for (const [name, count] of [['a', 150], ['b', 150], ['c', 150], ['http', 60]] as const) expect(raced.filter((each) => each.name === name).map(({ i }) => i)).toEqual(Array.from({ length: count }, (_, i) => i));
  expect((await run(join(home.folder, 'varve'), ['log', 'verify'])).code).toBe(0);
}, 120_000);
