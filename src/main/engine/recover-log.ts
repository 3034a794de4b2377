// A damaged log.db, made good from a package and from itself, as far as that can be proven. The lease is the caller's business. Steps, and what a stop leaves:
//
//   1. `log.db.recovering-<16 hex>` is built: the package's entries, then those of the damaged file that a checkpoint of the home's key covers   -> the
//      damaged file at its place; the next run removes what was built
//   2. the tail is taken in as imported, `log.recovered` recorded, a checkpoint signed, all of it in the new file; it is verified               -> the same
//   3. the damaged file, its -wal and -shm are renamed to `log.db.damaged-<time>…`                                                             -> no log.db;
//      Varve refuses to open the home; the next run takes the damaged file from there
//   4. the new file is renamed to log.db                                                                                                        -> done
import { basename, dirname, join } from 'node:path';
import type { LogRecoveryReport } from '../../contract/packages.ts';
import { Mapping } from '../../contract/intake.ts';
import type { EngineConfig } from './config.ts';
import { writeFileDurable } from './kit/durable.ts';
import { fail, throwIfAborted } from './kit/errors.ts';
import { openLog, openRebuild, originOf, rescueInto, type Rebuild, type Rescued } from './log/index.ts';
import type { ReadMember } from './packages/archive/model.ts';
import { hashFile } from './kit/hash-file.ts';
import { readRecordPackage, type RecordPackage } from './packages/restore/read-package.ts';
import type { Files, Ports } from './ports.ts';
import { createLogKeys, createSecrets } from './secrets/index.ts';
import { readHome } from './system/home.ts';

export interface RecoverInput {
  /** undefined: from the damaged file alone. */
  package?: { path: string; members(): AsyncIterable<ReadMember> } | undefined;
  /** Of the home's vault, where the environment does not bring it. */
  vaultPassphrase?: string | undefined;
  /** Says what would happen; nothing is left changed. */
  dryRun: boolean;
  signal?: AbortSignal | undefined;
}

const mapping = Mapping.parse({ format: 'varve-mapping', version: 1, time: { field: '/ts' }, action: { fixed: 'app.recovered' }, data: '/payload', chain: 'none' });

/** Throws HOME_MISSING, PACKAGE_REFUSED, SECRET_MISSING, VAULT_LOCKED, EVIDENCE_MISSING (nothing can be proven), CONFLICT (the record is sound), NO_SPACE, CANCELLED. */
export async function recoverLog({ ports, config }: { ports: Ports; config: Pick<EngineConfig, 'homePath' | 'session' | 'environment'> }, input: RecoverInput): Promise<LogRecoveryReport> {
  const { files, random, machine, clock } = ports;
  const { homePath } = config;
  const { id: homeId } = readHome({ ...ports, homePath }) ?? fail('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
  const damaged = damagedFile(files, homePath);
  const secrets = createSecrets({ ...ports, homePath, homeId, environment: config.environment });
  await secrets.open();
  if (secrets.state()?.state === 'locked' && input.vaultPassphrase !== undefined) await secrets.unlock(input.vaultPassphrase);
  const keys = createLogKeys(secrets);
  await keys.load();
  sweep(files, homePath);
  const path = join(homePath, `log.db.recovering-${Buffer.from(random.bytes(8)).toString('hex')}`);
  const origin = originOf(homeId);
  try {
    const { found, rescued, entries, head } = await build({ ports, path, homeId, keys: keys.pinned(), damaged, input }); // 1
    throwIfAborted(input.signal);
    if (entries === 0) fail('EVIDENCE_MISSING', 'no entry can be proven', { what: 'no entry of the record can be proven any more: bring a package with --from' });
    const damagedSha256 = hashFile(files, damaged);
    const facts = { entries, fromPackage: found?.record.events ?? 0, fromFile: rescued.added, stopped: rescued.stopped, tail: rescued.tail.length, lostCheckpointSize: rescued.lost?.size ?? null, eraseAgain: rescued.eraseAgain };
    const log = openLog({ ...ports, path, homeId, session: config.session, actorName: machine.username, keys });
    try {
      let imported = 0;
      let source: string | null = null;
      if (!input.dryRun) {
        if (rescued.tail.length > 0) {
          source = `recovered ${damagedSha256.slice(0, 16)}`;
          imported = await takeTail({ ports, homePath, log, source, lines: rescued.tail, signal: input.signal });
        }
        log.append({
          action: 'log.recovered', category: 'record',
          payload: {
            entries, head, fromPackage: facts.fromPackage, fromFile: facts.fromFile, package: input.package === undefined ? null : hashFile(files, input.package.path), fileName: input.package === undefined ? null : basename(input.package.path),
            damagedFile: basename(damaged), damagedSha256, what: rescued.stopped, tail: { read: rescued.tail.length, imported, source }, lostCheckpoint: rescued.lost ?? null
          }
        });
        log.checkpoints.sign();
      } // 2
      const verdict = await log.verify({ signal: input.signal });
      if (verdict.kind === 'broken') fail('LOG_DAMAGED', `what was made is broken: ${verdict.detail}`, { what: verdict.detail });
      log.close();
      const keptAs = input.dryRun ? null : takePlace(files, homePath, path, damaged, clock.now()); // 3, 4
      if (input.dryRun) removeLog(files, path);
      return { dryRun: input.dryRun, origin, ...facts, imported, verdict, keptAs };
    } finally {
      if (files.lstat(path) !== undefined) log.close();
    }
  } catch (error) {
    removeLog(files, path);
    throw error;
  }
}

const endings = ['', '-wal', '-shm'];

function removeLog(files: Files, path: string): void {
  for (const ending of endings) if (files.lstat(path + ending) !== undefined) files.unlink(path + ending);
}

function sweep(files: Files, homePath: string): void {
  for (const { name, type } of files.readdir(homePath)) if (type === 'file' && /^log\.db\.recovering-[0-9a-f]{16}(-wal|-shm)?$/.test(name)) files.unlink(join(homePath, name));
}

/** log.db, or where an earlier run put it before it was stopped. */
function damagedFile(files: Files, homePath: string): string {
  const path = join(homePath, 'log.db');
  if (files.lstat(path) !== undefined) return path;
  const aside = files.readdir(homePath).map(({ name }) => name).filter((name) => /^log\.db\.damaged-\d{8}-\d{6}(-\d+)?$/.test(name)).sort().at(-1);
  // Nothing of it is left: the package alone has to do.
  return aside === undefined ? path : join(homePath, aside);
}

async function build({ ports, path, homeId, keys, damaged, input }: { ports: Ports; path: string; homeId: string; keys: readonly Uint8Array[]; damaged: string; input: RecoverInput }): Promise<{ found: RecordPackage | undefined; rescued: Rescued; entries: number; head: string }> {
  const { files, random, machine } = ports;
  const origin = originOf(homeId);
  let rebuild: Rebuild | undefined;
  const begin = (): Rebuild => (rebuild = openRebuild({ files, path, homeId }));
  try {
    const found = input.package === undefined ? undefined : await readRecordPackage(input.package.members(), { origin, begin, turn: () => throwIfAborted(input.signal) });
    const [problem] = found?.problems ?? [];
    if (problem !== undefined) fail('PACKAGE_REFUSED', `${input.package?.path}: ${problem.path} ${problem.reason}`, { path: input.package?.path ?? '', member: problem.path, reason: problem.reason });
    const grown = rebuild ?? begin();
    const rescued = await rescueInto(grown, { files, random, path: damaged, origin, keys, temporaryFolder: machine.temporaryFolder, tables: found === undefined });
    return { found, rescued, entries: grown.size, head: grown.head };
  } finally {
    rebuild?.close();
  }
}

/** As a file of lines of another program: each is known by its text, so that a second run takes none in twice. */
async function takeTail({ ports, homePath, log, source, lines, signal }: { ports: Ports; homePath: string; log: ReturnType<typeof openLog>; source: string; lines: readonly string[]; signal: AbortSignal | undefined }): Promise<number> {
  const { files, random, machine } = ports;
  const file = join(homePath, 'reports', `${source.replace(' ', '-')}.jsonl`);
  files.mkdirs(dirname(file), 0o700);
  writeFileDurable(files, file, Buffer.from(`${lines.join('\n')}\n`), { random, mode: 0o600 });
  let imported = 0;
  for await (const step of log.intake.import({ path: file, mapping, source, actor: machine.username, signal })) if (step.kind === 'done') ({ imported } = step.report);
  return imported;
}

function takePlace(files: Files, homePath: string, made: string, damaged: string, nowMs: number): string | null {
  const path = join(homePath, 'log.db');
  let kept: string | null = damaged === path ? null : damaged;
  if (damaged === path && files.lstat(path) !== undefined) {
    const name = `${path}.damaged-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
    let free = name;
    for (let no = 2; files.lstat(free) !== undefined; no++) free = `${name}-${no}`;
    kept = free;
    // The database itself last: as long as it is there, it is what a second run begins with.
    for (const ending of ['-wal', '-shm', '']) if (files.lstat(path + ending) !== undefined) files.renameNew(path + ending, free + ending);
    files.fsyncFolder(homePath);
  }
  files.renameNew(made, path);
  files.fsyncFolder(homePath);
  return kept;
}
