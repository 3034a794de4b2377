// Encrypted entries and erasure on the command line: the commands themselves, over a whole engine; the real program once.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErasureResult } from '../../contract/erasure.ts';
import type { Language } from '../../contract/ids.ts';
import { createTestEngine, testContext, type TestEngine } from '../engine/testing/index.ts';
import { connectDirect } from '../transport/direct.ts';
import { createRouter } from '../transport/router.ts';
import type { Host } from './command.ts';
import { reportFailure } from './failure.ts';
import { addLogCommands } from './log.ts';
import { createOutput } from './output.ts';
import { createWords } from './words.ts';

const passphrase = 'correct horse battery';
let home: TestEngine;

beforeAll(async () => {
  home = await createTestEngine({ init: { vault: passphrase } });
});
afterAll(() => home.close());

/** Runs a command as the program does, with the engine of this test behind it. */
async function run(args: readonly string[], { json = false, language = 'en' }: { json?: boolean; language?: Language } = {}): Promise<{ status: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({ write: (text: string) => ((said[name] += text), true) }) as unknown as NodeJS.WriteStream;
  const words = createWords(language);
  const output = createOutput({ json, quiet: true, words, stdout: stream('stdout'), stderr: stream('stderr') });
  let status = 0;
  const guarded = async (body: () => Promise<number | void>): Promise<void> => {
    status = await body().then((code) => code ?? 0, (error: unknown) => reportFailure(output, error));
  };
  const { signal } = new AbortController();
  const client = connectDirect(createRouter(home.api), testContext);
  const host: Host = {
    words,
    withClient: (_command, _options, body) => guarded(() => body({ client, output, signal, failure: undefined })),
    alone: (_command, body) => guarded(() => body({ output, signal, homePath: home.homePath, asked: { byHand: () => false, patiently: async () => undefined } }))
  };
  const program = new Command('varve').exitOverride().configureOutput({ writeOut: stream('stdout').write, writeErr: () => undefined });
  addLogCommands(program, host, new URL('../worker.ts', import.meta.url));
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) command.exitOverride().configureOutput({ writeOut: (text) => void (said.stdout += text), writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
    status = error instanceof Error && 'exitCode' in error ? (error.exitCode === 0 ? 0 : 2) : reportFailure(output, error);
  });
  return { status, ...said };
}

describe('varve log', () => {
  it('opens, finds and erases an encrypted entry, and says each time what becomes part of the record', async () => {
    const { seq } = await home.api.log.append({ action: 'app.measured', category: 'metrics', level: 'info', subject: 'Maria Souza', payload: { note: 'alpha bravo' } }, testContext);
    expect((await run(['log', 'show', String(seq)])).stdout).not.toContain('alpha');
    expect(await run(['log', 'show', String(seq), '--open'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--purpose') });
    expect(await run(['log', 'show', String(seq), '--open', '--purpose', 'a test'])).toMatchObject({ status: 0, stdout: expect.stringContaining('alpha bravo'), stderr: expect.stringContaining('is recorded as entry') });
    expect(await run(['log', 'list', '--text', 'bravo', '--encrypted', '--purpose', 'a test'])).toMatchObject({ status: 0, stdout: expect.stringContaining('alpha bravo'), stderr: expect.stringContaining('looked through: 1') });
    expect(await run(['log', 'list', '--encrypted', '--purpose', 'a test'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--text') });

    const erase = ['log', 'erase', '--subject', 'Maria Souza', '--reason', 'subject-request', '--basis', 'lgpd-18-vi'];
    expect(await run([...erase, '--dry-run'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/2 entries hold: \d+, \d+\.[^]*1 name\.[^]*Nothing was changed\./) });
    expect(await run(erase)).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') });
    expect(existsSync(join(home.homePath, 'reports'))).toBe(false);
    const { status, stdout } = await run([...erase, '--request', '2026/17', '--yes'], { json: true });
    const result = JSON.parse(stdout) as ErasureResult;
    expect([status, result]).toMatchObject([0, { residue: 'gone', names: 1, outOfReach: { openings: [{}, {}] } }]);
    expect(readFileSync(result.report.path ?? '', 'utf8')).toContain('2026/17');
    expect(readFileSync(join(home.homePath, 'log.db'), 'latin1')).not.toMatch(/Maria|Souza/);
    expect(await run([...erase, '--yes'])).toMatchObject({ status: 4 });
    expect(await run(['log', 'erase', String(seq), '--reason', 'own-wish', '--basis', 'none', '--yes'])).toMatchObject({ status: 8, stderr: expect.stringContaining(`Entry ${seq} was erased before`) });
    expect(await run(['log', 'erase', '1', '--reason', 'own-wish', '--basis', 'none', '--yes'])).toMatchObject({ status: 2, stderr: expect.stringContaining('Entry 1 (home.created) cannot be erased') });
  });

  it('erases several and ranges, with the report in the language of the person', async () => {
    const seqs = [];
    for (let i = 0; i < 4; i++) seqs.push((await home.api.log.append({ action: 'app.noted', category: 'note', level: 'info', payload: i }, testContext)).seq);
    const [first = 0] = seqs;
    const erased = await run(['log', 'erase', `${first}-${first + 2}`, String(first + 3), '--reason', 'own-wish', '--basis', 'none', '--yes'], { language: 'pt-BR' });
    expect(erased).toMatchObject({ status: 0, stdout: expect.stringContaining('4 entradas') });
    expect(readFileSync(/: (\/.*-erasure\.md)/.exec(erased.stdout)?.[1] ?? '', 'utf8')).toContain('# Relatório de apagamento');
  });

  it('explains reasons and legal bases in both languages, and refuses others before anything is asked of the engine', async () => {
    expect((await run(['log', 'erase', '--help'])).stdout).toContain('GDPR art. 17(1)(b): consent withdrawn');
    expect((await run(['log', 'erase', '--help'], { language: 'pt-BR' })).stdout).toContain('LGPD art. 18, VI: eliminação');
    const good = ['--reason', 'own-wish', '--basis', 'none'];
    for (const wrong of [['1', '--reason', 'because', '--basis', 'none'], ['1', '--reason', 'own-wish', '--basis', 'law'], ['x', ...good], ['9-3', ...good], ['0-10000', ...good], good, ['1', '--subject', 'x', ...good], ['1', '--request', 'João', ...good], ['1', '--reason', 'own-wish']]) {
      expect([wrong, (await run(['log', 'erase', ...wrong, '--yes'])).status]).toEqual([wrong, 2]);
    }
  });

  it('shows and changes which categories encrypt', async () => {
    expect((await run(['log', 'encrypt'])).stdout).toMatch(/metrics +yes +no/);
    expect((await run(['log', 'encrypt', 'decision', 'on'])).stdout).toContain('encrypted from now on');
    expect((await run(['log', 'encrypt', 'decision', 'on'])).stdout).toContain('so already');
    expect((await run(['log', 'encrypt', 'metrics', 'off'])).status).toBe(2);
    expect((await run(['log', 'encrypt', 'note', 'maybe'])).status).toBe(2);
  });

  it('adds an encrypted entry beside the engine with the passphrase from the environment, and without it says what to do', () => {
    const append = (environment: Record<string, string>) =>
      spawnSync(process.execPath, [join(import.meta.dirname, '..', 'cli.ts'), '--home', home.homePath, 'log', 'append', '--action', 'app.measured', '--category', 'metrics', '--payload', '1'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', VARVE_LANGUAGE: 'en', ...environment } });
    expect(append({})).toMatchObject({ status: 7, stderr: expect.stringContaining('VARVE_VAULT_PASSPHRASE') });
    expect(append({ VARVE_VAULT_PASSPHRASE: passphrase })).toMatchObject({ status: 0, stdout: expect.stringContaining('added') });
  }, 60_000);
});
