// varve backup-frio [DATA_DIR] [OUTPUT_DIR]: a package of the record for those who call it the old way (`npm run backup-frio`). Works without the engine and
// beside whoever holds the home.
import { join } from 'node:path';
import type { Command } from 'commander';
import { varveVersion } from '../../contract/version.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { readHome } from '../engine/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { homeMarker } from '../engine/kit/paths.ts';
import { findForeign, packForeign, type ForeignReport } from '../engine/packages/foreign/pack.ts';
import { packLog } from '../engine/packages/log/index.ts';
import { placePackage, type PlacedPackage } from '../engine/packages/place.ts';
import { createSecrets } from '../engine/secrets/index.ts';
import { stateMigrations } from '../engine/state-migrations.ts';
import type { Ports } from '../engine/ports.ts';
import type { Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { chooseLanguage, createWords } from './words.ts';

interface Packed {
  placed: PlacedPackage;
  report: ForeignReport;
  /** Whose hashes are known, so that the chain itself was checked. */
  own: boolean;
}

export function addBackupFrioCommand(program: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  program
    .command('backup-frio [data-dir] [output-dir]')
    .description(say('backupFrio'))
    .option('--lang <en|pt>', say('optionLang'))
    .action((dataDir: string | undefined, outputDir: string | undefined, options: { lang?: string }, command: Command) =>
      host.alone(command, async ({ output, signal, homePath }) => {
        const source = dataDir === undefined ? homePath : absolutePath(dataDir);
        const target = outputDir === undefined ? join(source, 'backups') : absolutePath(outputDir);
        const ports = createNodePorts({ workerFile });
        try {
          const packed = await pack(ports, source, target, signal, say('backupFrioNothing'));
          const { placed, report } = packed;
          output.document({ package: placed.path, manifest: placed.manifestPath, bytes: placed.bytes, sha256: placed.sha256, files: placed.files, valid: report.valid, events: report.events, segments: report.segments, problems: report.problems });
          show(packed, source, output, options.lang === undefined ? output.words.language : chooseLanguage({ LANG: options.lang }));
          return report.valid ? exitCodes.done : exitCodes.integrity;
        } finally {
          await ports.workers.close();
        }
      })
    );
}

async function pack(ports: Ports, source: string, folder: string, signal: AbortSignal, nothing: string): Promise<Packed> {
  const { files } = ports;
  const marker = files.stat(join(source, homeMarker)) === undefined ? undefined : readHome({ ...ports, homePath: source });
  const foreign = marker === undefined ? findForeign(files, source) : undefined;
  if (marker === undefined && foreign === undefined) fail('BAD_INPUT', 'nothing to pack', { field: 'DATA_DIR', reason: `${source} ${nothing}` });
  let report: ForeignReport | undefined;
  const generator = `Varve ${varveVersion}`;
  const placed = await placePackage(ports, { folder, kind: 'log', format: 'tar.gz', signal }, async (into) => {
    if (foreign !== undefined) {
      const packed = await packForeign(files, foreign, into, signal);
      ({ report } = packed);
      return { sourceDir: source, generator, eventlogSummary: packed.summary, chainValidAtBackup: packed.report.valid };
    }
    const { id, createdAt } = marker ?? fail('HOME_MISSING', `no home at ${source}`, { path: source });
    const firstKey = createSecrets({ ...ports, homePath: source, homeId: id, environment: {} }).signingKeys()[0];
    const archive = { ...into, file: into.file.bind(into), folder: into.folder.bind(into), symlink: into.symlink.bind(into), hardLink: into.hardLink.bind(into), end: () => Promise.reject(new Error('ended by who began it')), abort: () => undefined };
    const packed = await packLog({ files, random: ports.random, archive, homePath: source, homeId: id, homeCreatedAt: createdAt, firstKey, stateMigrations, temporaryFolder: ports.machine.temporaryFolder, signal });
    const { eventlogSummary } = packed;
    report = {
      segments: eventlogSummary.total_segments, events: eventlogSummary.total_events, valid: packed.chainValidAtBackup, linked: eventlogSummary.total_events, copied: packed.files.map(({ path, size }) => ({ path, size })),
      problems: [...packed.damage.map(({ seq, what }) => ({ path: seq === undefined ? 'log.db' : `#${seq}`, reason: what })), ...packed.problems.map(({ table, reason }) => ({ path: table, reason }))]
    };
    return { sourceDir: source, generator, homeId: id, eventlogSummary: { ...eventlogSummary }, chainValidAtBackup: packed.chainValidAtBackup, further: packed.further };
  });
  return { placed, report: report ?? fail('INTERNAL', 'nothing was packed', { what: 'backup-frio' }), own: marker !== undefined };
}

function show({ placed, report, own }: Packed, source: string, output: Output, language: 'en' | 'pt-BR'): void {
  const { say, reason } = createWords(language);
  const { events, segments, copied } = report;
  output.say(say('backupFrioTitle', { source }));
  output.say(say('backupFrioIntegrity', { what: events === 0 && report.valid ? say('backupFrioEmpty') : say(report.valid ? 'backupFrioValid' : 'backupFrioBroken', { events, segments }) }));
  if (!own && events > 0) output.say(say('backupFrioLinked', { linked: report.linked, events }));
  for (const { path, reason: why } of report.problems) output.say(say('backupFrioProblem', { path, reason: reason(why) }));
  output.say(say('backupFrioCopied', { count: copied.length }));
  for (const { path, size } of copied) output.say(say('backupFrioFile', { path, size }));
  output.say(say('backupFrioPackage', { path: placed.path, size: placed.bytes }));
  output.say(say('backupFrioManifest', { path: placed.manifestPath }));
  output.say(say('backupFrioTotal', { size: placed.fileBytes, count: placed.files }));
}
