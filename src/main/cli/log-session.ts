// The record without the engine: reading it and adding to it need no ownership (decisions.md 3), so these commands work while another
// Varve is busy or hangs.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNodePorts } from '../adapters/node-ports.ts';
import { readHome } from '../engine/index.ts';
import { openLog, originOf, runVerify, verifyLog, type EventLog, type OpenLogOptions } from '../engine/log/index.ts';
import { fail, isVarveError } from '../engine/kit/errors.ts';
import { createLogKeys, createSecrets, type Secrets } from '../engine/secrets/index.ts';
import type { Category } from '../../contract/log.ts';
import type { Verdict } from '../../contract/verify.ts';
import { askHidden, canAsk } from './ask.ts';
import { chooseLanguage, createWords, type Words } from './words.ts';

export interface LogSession {
  log: EventLog;
  /** The person at this terminal. */
  actor: string;
  /** Before an entry of this category is added: brings the keys if it encrypts, asking for the vault's passphrase where there is a terminal. */
  prepare(category: Category): Promise<void>;
  end(): Promise<void>;
}

/** `read` writes nothing and works on read-only media as well. `earlier`: of the record of this earlier home instead, which is only ever read, from a copy. */
export function openLogSession(homePath: string, workerFile: URL, purpose: 'read' | 'append', { words = createWords(chooseLanguage(process.env)), earlier }: { words?: Words; earlier?: string | undefined } = {}): LogSession {
  const { options, secrets, temporaryFolder, end } = prepare(homePath, workerFile);
  const { path, homeId } = earlier === undefined ? options : earlierLog(homePath, earlier);
  const log = openLog({ ...options, path, homeId, ...(purpose === 'read' && { readOnly: { temporaryFolder, alwaysCopy: earlier !== undefined } }) });
  return {
    log,
    actor: options.actorName,
    async prepare(category) {
      try {
        await log.sealed.prepare(category);
      } catch (error) {
        if (!isVarveError(error) || error.code !== 'VAULT_LOCKED' || !canAsk()) throw error;
        await secrets.unlock(await askHidden(words.say('askPassphrase')));
        await log.sealed.prepare(category);
      }
    },
    async end() {
      if (purpose === 'append') await log.checkpoints.signIfDue();
      log.close();
      await end();
    }
  };
}

/** As `verifyLog`, for the record of the home at `homePath`. */
export async function verifyHomeLog(homePath: string, workerFile: URL, request: Parameters<typeof verifyLog>[1]): ReturnType<typeof verifyLog> {
  const { options, end } = prepare(homePath, workerFile);
  try {
    return await verifyLog(options, request);
  } finally {
    await end();
  }
}

/** Where the record of an earlier home lies that this one was restored from. Throws NOT_FOUND. */
export function earlierLog(homePath: string, id: string): { path: string; homeId: string; vkeys: string[] } {
  const folder = join(homePath, 'earlier', id);
  if (!/^[0-9a-f]{32}$/.test(id) || !existsSync(join(folder, 'log.db'))) fail('NOT_FOUND', `no earlier record ${id}`, { kind: 'earlier record', name: id });
  const vkey = join(folder, 'log.vkey');
  return { path: join(folder, 'log.db'), homeId: id, vkeys: existsSync(vkey) ? [readFileSync(vkey, 'utf8').trim()] : [] };
}

/** As `verifyHomeLog`, for an earlier home's record, into which nothing is written. Only keys given now count as known; the one that came with it proves little. */
export async function verifyEarlierLog(homePath: string, id: string, workerFile: URL, request: Parameters<typeof verifyLog>[1]): Promise<Verdict> {
  const { path, homeId, vkeys } = earlierLog(homePath, id);
  const { workers } = createNodePorts({ workerFile });
  try {
    const given = request.keys ?? [];
    const pins = given.length > 0 ? { from: 'given' as const, vkeys: given } : { from: 'none' as const, vkeys };
    return await runVerify(workers, { path, origin: originOf(homeId), mode: 'full', anchors: request.anchors ?? [], pins, alwaysCopy: true }, request);
  } finally {
    await workers.close();
  }
}

function prepare(homePath: string, workerFile: URL): { options: OpenLogOptions; secrets: Secrets; temporaryFolder: string; end: () => Promise<void> } {
  const ports = createNodePorts({ workerFile });
  const marker = readHome({ files: ports.files, volumes: ports.volumes, homePath }) ?? fail('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
  const path = join(homePath, 'log.db');
  // Opening would make an empty record where the old one is gone, which must never look like a sound one.
  if (!ports.files.stat(path)) fail('LOG_DAMAGED', `${path} is missing`, { what: `${path} is missing` });
  const secrets = createSecrets({ ...ports, homePath, homeId: marker.id, environment: process.env });
  return {
    options: { ...ports, path, homeId: marker.id, session: randomBytes(8).toString('hex'), actorName: ports.machine.username, keys: createLogKeys(secrets) },
    secrets,
    temporaryFolder: ports.machine.temporaryFolder,
    end: () => ports.workers.close()
  };
}
