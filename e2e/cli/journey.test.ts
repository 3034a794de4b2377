// One way through every command, as a person and as a program would go it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry, Verdict } from '../../src/contract/log.ts';
import type { CheckReport, Repository } from '../../src/contract/repository.ts';
import type { Plan, RestorePreview, RestoreReport, Snapshot, SnapshotResult, TreeEntry } from '../../src/contract/snapshots.ts';
import type { DoctorCheck, Status } from '../../src/contract/system.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { createWorld, vaultPassphrase, type World } from './harness/world.ts';

let world: World;

beforeAll(() => {
  world = createWorld({ env: { THIRD_PASSWORD: 'from the environment' } });
  mkdirSync(world.path('work/data'), { recursive: true });
  writeFileSync(world.path('work/draft.txt'), 'first words\n');
  writeFileSync(world.path('work/data/measured.csv'), 'a,b\n1,2\n');
  writeFileSync(world.path('work/data/left-out.tmp'), 'no');
});
afterAll(() => world?.dispose());

describe('the way through, with --json', () => {
  let first: Snapshot;

  it('init makes a home and says what it is', async () => {
    const status = (await world.well(['init', '--store', 'vault', '--json'])).json<Status>();
    expect(status).toMatchObject({ homePath: world.home, secretStore: { kind: 'vault', state: 'open' } });
    expect(status.home?.id).toMatch(/^[0-9a-f]{32}$/);
    // Until a secret is kept nothing needs the vault, and opening it costs every command a third of a second.
    delete world.env['VARVE_VAULT_PASSPHRASE_FILE'];
  });

  it('init on a home that exists is a conflict and changes nothing', async () => {
    const marker = readFileSync(`${world.home}/varve-home.json`, 'utf8');
    const again = await world.run(['init', '--store', 'vault'], { env: { VARVE_VAULT_PASSPHRASE: vaultPassphrase } });
    expect(again.code).toBe(8);
    expect(again.stderr).toContain(world.home);
    expect(readFileSync(`${world.home}/varve-home.json`, 'utf8')).toBe(marker);
  });

  it('repo add makes a repository, and list shows it', async () => {
    const added = (await world.well(['repo', 'add', 'usb', '--path', world.path('repository'), '--password-file', world.passwordFile, '--json'])).json<{ repository: Repository; created: boolean }>();
    expect(added).toMatchObject({ created: true, repository: { name: 'usb', state: 'ready', version: 2, passwordFrom: 'file' } });
    expect((await world.well(['repo', 'list', '--json'])).json<Repository[]>()).toMatchObject([{ name: 'usb', state: 'ready' }]);
    expect((await world.run(['repo', 'add', 'usb', '--path', world.path('elsewhere'), '--password-file', world.passwordFile])).code).toBe(8);
  });

  it('plan add refuses a relative nothing, takes folders, and list shows it', async () => {
    const plan = (await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work'), '--exclude', '*.tmp', '--tag', 'daily', '--tz', 'America/Sao_Paulo', '--json'])).json<Plan>();
    expect(plan).toMatchObject({ name: 'work', repositoryName: 'usb', paths: [world.path('work')], excludes: ['*.tmp'], tags: ['daily'], zone: 'America/Sao_Paulo', lastSnapshot: null });
    expect((await world.well(['plan', 'list', '--json'])).json<Plan[]>()).toHaveLength(1);
    expect((await world.run(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work')])).code).toBe(8);
    expect((await world.run(['plan', 'add', 'other', '--repo', 'nowhere', '--path', world.path('work')])).code).toBe(4);
    expect((await world.run(['plan', 'add', 'Latest!', '--repo', 'usb', '--path', world.path('work')])).code).toBe(2);
  });

  it('snapshot saves the plan, and again only what changed', async () => {
    const result = (await world.well(['snapshot', 'work', '--tag', 'v1', '--note', 'the first one', '--json'])).json<SnapshotResult>();
    first = result.snapshot;
    expect(result).toMatchObject({ gapCount: 0, snapshot: { planName: 'work', incomplete: false, summary: { filesNew: 2, totalFiles: 2 } } });
    expect(first.tags).toEqual(expect.arrayContaining(['daily', 'v1']));
    writeFileSync(world.path('work/draft.txt'), 'second words\n');
    const second = (await world.well(['snapshot', 'work', '--json'])).json<SnapshotResult>();
    expect(second.snapshot).toMatchObject({ parent: first.id, summary: { filesNew: 0, filesChanged: 1, filesUnmodified: 1 } });
  });

  it('snapshots lists newest first and filters by plan, repository and tag', async () => {
    const list = async (...args: string[]): Promise<string[]> => (await world.well(['snapshots', ...args, '--json'])).json<{ snapshots: Snapshot[] }>().snapshots.map(({ id }) => id);
    const all = await list();
    expect(all).toHaveLength(2);
    expect(all[1]).toBe(first.id);
    expect(await list('--tag', 'v1')).toEqual([first.id]);
    expect(await list('--plan', 'work', '--repo', 'usb')).toEqual(all);
    expect(await list('--at', first.at)).toContain(first.id);
    expect((await world.run(['snapshots', '--plan', 'nothing'])).code).toBe(4);
  });

  it('ls and cat look into a snapshot named by id, prefix, plan or latest', async () => {
    for (const name of [first.id, first.id.slice(0, 6), 'work@latest', 'latest']) {
      const lines = (await world.well(['ls', name, world.path('work'), '--json'])).lines<TreeEntry>();
      expect(lines.map((entry) => entry.name)).toEqual(['data', 'draft.txt']);
    }
    expect((await world.well(['cat', first.id, world.path('work/draft.txt')])).stdout).toBe('first words\n');
    expect((await world.well(['cat', 'latest', world.path('work/draft.txt')])).stdout).toBe('second words\n');
    const deep = (await world.well(['ls', 'latest', '--recursive'])).stdout;
    expect(deep).toContain(world.path('work/data/measured.csv').slice(1));
    expect(deep).not.toContain('left-out.tmp');
    expect((await world.run(['cat', 'latest', '/no/such/file'])).code).toBe(4);
    expect((await world.run(['ls', 'ffffffff'])).code).toBe(4);
    expect((await world.run(['cat', 'latest', world.path('work')])).code).not.toBe(0);
  });

  it('restore shows what it would do, then does it', async () => {
    const preview = (await world.well(['restore', first.id, '--target', world.path('out'), '--dry-run', '--json'])).json<RestorePreview>();
    expect(preview).toMatchObject({ newFiles: 2, conflicts: [], enoughSpace: true });
    const report = (await world.well(['restore', first.id, '--target', world.path('out'), '--json'])).json<RestoreReport>();
    expect(report).toMatchObject({ files: 2, identical: 2, kept: 0, skippedCount: 0 });
    expect(readFileSync(`${world.path('out')}${world.path('work/draft.txt')}`, 'utf8')).toBe('first words\n');
    await world.well(['restore', '--at', first.at, '--plan', 'work', '--include', world.path('work/draft.txt'), '--target', world.path('out-at')]);
    expect(readFileSync(`${world.path('out-at')}${world.path('work/draft.txt')}`, 'utf8')).toBe('first words\n');
    expect((await world.run(['restore', '--at', first.at, '--target', world.path('out')])).code).toBe(2);
    expect((await world.run(['restore', 'latest'])).code).toBe(2);
  });

  it('repo check reads the structure, and every byte', async () => {
    expect((await world.well(['repo', 'check', 'usb', '--json'])).json<CheckReport>()).toMatchObject({ ok: true, snapshots: 2, readData: false });
    const report = (await world.well(['repo', 'check', 'usb', '--read-data', '--json'])).json<CheckReport>();
    expect(report).toMatchObject({ ok: true, errors: 0, readData: true });
    expect(report.bytesRead).toBeGreaterThan(0);
  });

  it('log append, list, show and verify agree; a namespace has its schema', async () => {
    const { seq } = (await world.well(['log', 'append', '--action', 'app.note', '--subject', 'sensor 3', '--payload', '{"text":"replaced"}', '--json'])).json<{ seq: number }>();
    const shown = (await world.well(['log', 'show', String(seq), '--json'])).json<{ entry: LogEntry }>();
    expect(shown.entry).toMatchObject({ action: 'app.note', subjectName: 'sensor 3', payload: { text: 'replaced' }, payloadState: 'intact' });
    await world.well(['log', 'append', '--action', 'app.epoch', '--payload', '-'], { input: '{"epoch":1}' });
    writeFileSync(world.path('payload.json'), '{"epoch":2}');
    await world.well(['log', 'append', '--action', 'app.epoch', '--payload', `@${world.path('payload.json')}`]);
    const page = (await world.well(['log', 'list', '--action', 'app.epoch', '--oldest', '--json'])).json<{ entries: LogEntry[]; total: number }>();
    expect(page.entries.map((entry) => entry.payload)).toEqual([{ epoch: 1 }, { epoch: 2 }]);

    expect((await world.run(['log', 'append', '--action', 'lab.measured'])).code).toBe(2);
    writeFileSync(world.path('schema.json'), '{"type":"object","required":["volts"],"properties":{"volts":{"type":"number"}}}');
    await world.well(['log', 'namespace', 'lab', '--schema', world.path('schema.json')]);
    await world.well(['log', 'append', '--action', 'lab.measured', '--payload', '{"volts":1.5}']);
    const refused = await world.run(['log', 'append', '--action', 'lab.measured', '--payload', '{"volts":"many"}']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('volts');
    for (const bad of ['{', '{"a":1,"a":2}', '"\\ud800"', '1e400']) expect((await world.run(['log', 'append', '--action', 'app.note', '--payload', bad])).code, bad).toBe(2);

    const verdict = (await world.well(['log', 'verify', '--json'])).json<Verdict>();
    expect(verdict.kind).toBe('consistent');
    expect((await world.run(['log', 'verify', '--require-anchor'])).code).toBe(9);
    expect((await world.run(['log', 'show', '99999'])).code).toBe(4);
  });

  it('everything that was done stands in the record', async () => {
    const { entries } = (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>();
    const actions = new Set(entries.map(({ action }) => action));
    for (const action of ['home.created', 'repository.added', 'plan.added', 'snapshot.started', 'snapshot.finished', 'restore.started', 'restore.finished', 'repository.checked', 'log.namespace-declared', 'access.snapshot-opened']) expect(actions, action).toContain(action);
  });

  it('log tail shows new entries as JSON lines until it is stopped', async () => {
    const tail = world.start(['log', 'tail', '--action', 'app.note', '--json']);
    // It has begun when an entry shows; entries written before that may be too early.
    const writing = (async () => {
      for (let i = 0; i < 30 && tail.stdout() === ''; i++) await world.well(['log', 'append', '--action', 'app.note', '--payload', `{"try":${i}}`]);
    })();
    await tail.shown('app.note');
    tail.child.kill('SIGINT');
    const ran = await tail.done;
    await writing;
    expect(ran.code).toBe(130);
    expect(ran.lines<LogEntry>()[0]).toMatchObject({ action: 'app.note' });
  });

  it('token create shows a value once, list never, revoke ends it', async () => {
    const made = (await world.well(['token', 'create', 'browser', '--scope', 'read', '--days', '7', '--json'])).json<{ token: { id: string; scope: string; expiresAt: string }; value: string }>();
    expect(made.token).toMatchObject({ scope: 'read' });
    const listed = await world.well(['token', 'list', '--json']);
    expect(listed.stdout).toContain(made.token.id);
    expect(listed.stdout).not.toContain(made.value);
    const ended = (await world.well(['token', 'revoke', made.token.id, '--json'])).json<{ revokedAt: string | null }>();
    expect(ended.revokedAt).not.toBeNull();
    expect((await world.run(['token', 'revoke', 'none-such'])).code).toBe(4);
    expect((await world.run(['token', 'create', 'x', '--scope', 'everything'])).code).toBe(2);
  });

  it('passwords also come from the environment or once from standard input; a repository that cannot be opened is named, the others are listed', async () => {
    world.env['VARVE_VAULT_PASSPHRASE_FILE'] = world.path('user', 'vault-passphrase');
    await world.well(['repo', 'add', 'second', '--path', world.path('second'), '--password-stdin'], { input: 'typed in\n' });
    await world.well(['repo', 'add', 'third', '--path', world.path('third'), '--password-env', 'THIRD_PASSWORD']);
    const listed = (await world.well(['repo', 'list', '--json'])).json<Repository[]>();
    expect(Object.fromEntries(listed.map(({ name, passwordFrom }) => [name, passwordFrom]))).toEqual({ second: 'store', third: 'environment', usb: 'file' });
    const partly = await world.run(['snapshots'], { env: { THIRD_PASSWORD: undefined } });
    expect(partly.code).toBe(3);
    expect(partly.stderr).toContain('third');
    expect(partly.stdout).toContain(first.shortId);
  });

  it('doctor looks at everything and names what needs a look', async () => {
    const ran = await world.run(['doctor', '--json']);
    const { checks } = ran.json<{ checks: DoctorCheck[] }>();
    expect(checks.filter(({ state }) => state === 'broken')).toEqual([]);
    expect(new Set(checks.map(({ id }) => id))).toEqual(new Set(['node', 'electron', 'home', 'disk-space', 'native-files', 'secret-store', 'lease', 'state', 'settings', 'keys', 'log', 'clock', 'gateway', 'anchors', 'repository', 'plan', 'scheduler', 'service', 'channel', 'drill', 'test-run']));
    expect(checks.find(({ id }) => id === 'lease')).toMatchObject({ state: 'well' });
    expect(checks.find(({ id }) => id === 'log')).toMatchObject({ state: 'well' }); // log verify ran above
    expect(ran.code).toBe(3); // the keys were never exported
  });

  it('an error is one JSON document on standard error with --json', async () => {
    const ran = await world.run(['cat', 'work@latest', '/no/such/file', '--json']);
    expect(ran.stdout).toBe('');
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: 'NOT_FOUND', next: expect.any(String) } });
  });
});

describe('for people', () => {
  // All of it: src/main/cli/help.test.ts.
  it('has help in both languages, by --help and by the word', async () => {
    for (const args of [['--help'], ['plan', 'add', '--help'], ['help', 'restore']]) {
      expect((await world.well(args)).stdout).toContain('Usage: varve');
      const portuguese = await world.well(args, { env: { LANG: 'pt_BR.UTF-8' } });
      expect(portuguese.stdout).toContain('Uso: varve');
      expect(portuguese.stdout).not.toContain('Options:');
    }
  });

  it('wrong usage is exit 2, in the chosen language, on standard error', async () => {
    for (const args of [['nonsense'], ['snapshot'], ['ls', 'a', 'b', 'c'], ['snapshots', '--nonsense'], ['plan', 'add', 'x'], ['serve', '--port', 'x'], ['serve', '--port', '70000'], ['snapshots', '--limit', 'many'], ['log', 'list', '--since', 'someday'], ['log', 'list', '--category', 'nonsense']]) {
      const ran = await world.run(args, { env: { LANG: 'pt_BR.UTF-8' } });
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(2);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).not.toMatch(/\berror:|required option|missing required|unknown option/);
      expect(ran.stderr.trim()).not.toBe('');
    }
    expect((await world.run(['nonsense'])).stderr).toContain('nonsense');
  });

  it('a command without its part shows its help and is wrong usage', async () => {
    const ran = await world.run(['repo']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('check [options] <name>');
  });

  it('speaks Portuguese in results and failures', async () => {
    const env = { LANG: 'pt_BR.UTF-8' };
    expect((await world.well(['snapshot', 'work'], { env })).stdout).toContain('arquivos');
    expect((await world.run(['cat', 'work@latest', '/nada'], { env })).stderr).not.toMatch(/not found|There is no/i);
    expect((await world.well(['log', 'verify'], { env })).stdout).toContain('íntegro');
  });

  it.runIf(hasTerminal())('progress shows on a terminal and nowhere else', async () => {
    const { code, shown } = await runOnTerminal(world, ['snapshot', 'work']);
    expect(code, shown).toBe(0);
    expect(shown).toContain('\u001b[2K');
    expect(shown.replaceAll(/\u001b\[2K|\r/g, '')).toContain('Snapshot ');
    const piped = await world.well(['snapshot', 'work']);
    expect(piped.stdout + piped.stderr).not.toContain('\u001b');
    expect(piped.stderr).toBe('');
    const json = await runOnTerminal(world, ['snapshot', 'work', '--json']);
    expect(json.shown).not.toContain('\u001b[2K');
    expect(JSON.parse(json.shown)).toMatchObject({ gapCount: 0 });
  });

  it.runIf(hasTerminal())('asks for passwords on a terminal and never shows them', async () => {
    const typed = 'typed by hand 9471';
    const { code, shown } = await runOnTerminal(world, ['repo', 'add', 'typed', '--path', world.path('typed')], { answers: [{ question: /Password of the repository: /, text: typed }, { question: /once more: /, text: typed }] });
    expect(code, shown).toBe(0);
    expect(shown).not.toContain(typed);
    const locked = await runOnTerminal(world, ['repo', 'check', 'typed'], { answers: [{ question: /Passphrase of the vault: /, text: vaultPassphrase }], env: { VARVE_VAULT_PASSPHRASE_FILE: undefined } });
    expect(locked.code, locked.shown).toBe(0);
    expect(locked.shown).not.toContain(vaultPassphrase);
  });

  it('file names cannot paint the terminal', async () => {
    mkdirSync(world.path('odd'));
    writeFileSync(world.path('odd/\u001b[31mred\u202egpj'), 'x');
    await world.well(['plan', 'add', 'odd', '--repo', 'usb', '--path', world.path('odd')]);
    await world.well(['snapshot', 'odd']);
    const { stdout } = await world.well(['ls', 'odd@latest', world.path('odd')]);
    expect(stdout).toContain('[31mred');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it('a reader that closes the pipe ends it quietly', async () => {
    const running = world.start(['ls', 'work@latest', '--recursive']);
    running.child.stdout?.destroy();
    const ran = await running.done;
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('');
  });
});
