// Takes a file of JSON lines into the record. Steps, and what a stop after each leaves:
//   1. begin: the source's run number goes up               -> an earlier import of it that is still at work stops at its next batch
//   2. batches: lines, their events and counts together      -> what is recorded is known as such; the next run goes on behind it
//   3. refused lines and report are written and synced       -> files that no event names; the next run writes its own
//   4. `log.imported`, and that this very file is done       -> finished; the same file again adds nothing at all
import { createHash, type Hash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { ImportReport, ImportStep, Mapping } from '../../../../contract/intake.ts';
import type { Language } from '../../../../contract/ids.ts';
import { writeFileDurable } from '../../kit/durable.ts';
import { fail, throwIfAborted } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { LogContext } from '../context.ts';
import { reportsFolder, stamp } from './intake-files.ts';
import { LineSplitter, type Line } from './lines.ts';
import { checkMapping, legacyMapping } from './mapping.ts';
import type { Mask } from './mask/index.ts';
import { createOldChain, type OldChain } from './old-chain.ts';
import { prepareLine } from './prepare.ts';
import { createQuarantine, type Quarantine } from './quarantine.ts';
import { openPlainFile, readChunks, type OpenFile } from './read-file.ts';
import { writeReport } from './report.ts';
import type { Source, Sources } from './sources.ts';
import { takeLines, type Candidate } from './take.ts';
import { withKeys } from './with-keys.ts';

export interface ImportOptions {
  path: string;
  mapping?: Mapping | undefined;
  /** Default: the file's real path. */
  source?: string | undefined;
  dryRun?: boolean | undefined;
  /** Of the report. */
  language?: Language | undefined;
  actor: string;
  signal?: AbortSignal | undefined;
  /** For a file that is still written to: a last line without its end is left for later. */
  completeOnly?: boolean;
  /** Runs inside the last transaction, with how far the file was read. */
  whenDone?: (reached: { source: Source; file: OpenFile; offset: number; lines: number }) => void;
}

export interface ImportDeps {
  context: LogContext;
  sources: Sources;
  mask: Mask;
  /** A followed source takes in its lines by itself; importing it beside that would count them twice. */
  isFollowed(source: Source): boolean;
}

const batchLines = 400;
const batchBytes = 1024 * 1024;
const listedRefusals = 100;
const longestSource = 400;

/** Counts of one run. */
interface Tally {
  bytes: number;
  lines: number;
  imported: number;
  present: number;
  blank: number;
  refused: number;
  refusals: ImportReport['refusals'];
  masked: Map<string, number>;
  claimedFrom: string | null;
  claimedTo: string | null;
  bom: boolean;
}

/** Ends with its report. Throws PATH_MISSING, NOT_READABLE, BAD_INPUT, CONFLICT, CANCELLED, and what the record throws. */
export async function* importFile(deps: ImportDeps, options: ImportOptions): AsyncGenerator<ImportStep, void, void> {
  const { files } = deps.context;
  const mapping = options.mapping ?? legacyMapping;
  checkMapping(mapping);
  const file = openPlainFile(files, options.path);
  try {
    const name = options.source ?? displayName(files.realpath(options.path));
    if (name.length > longestSource) fail('BAD_INPUT', 'source too long', { field: 'source', reason: `the path is longer than ${longestSource} characters; give the source a shorter name` });
    yield* new FileImport(deps, options, mapping, file, name).run();
  } finally {
    files.close(file.fd);
  }
}

class FileImport {
  readonly #deps: ImportDeps;
  readonly #options: ImportOptions;
  readonly #mapping: Mapping;
  readonly #file: OpenFile;
  readonly #name: string;
  readonly #chain: OldChain;
  readonly #hash: Hash = createHash('sha256');
  readonly #tally: Tally = { bytes: 0, lines: 0, imported: 0, present: 0, blank: 0, refused: 0, refusals: [], masked: new Map(), claimedFrom: null, claimedTo: null, bom: false };
  readonly #stamp: string;
  #quarantine: Quarantine | undefined;
  #quarantinePath: string | null = null;
  #batch: Candidate[] = [];
  #batchSize = 0;

  constructor(deps: ImportDeps, options: ImportOptions, mapping: Mapping, file: OpenFile, name: string) {
    this.#deps = deps;
    this.#options = options;
    this.#mapping = mapping;
    this.#file = file;
    this.#name = name;
    this.#chain = createOldChain(mapping);
    this.#stamp = stamp(deps.context);
  }

  async *run(): AsyncGenerator<ImportStep, void, void> {
    const { context, sources } = this.#deps;
    const dryRun = this.#options.dryRun === true;
    const source = dryRun ? (sources.find(this.#name) ?? { no: -1, name: this.#name }) : context.transaction(() => sources.ensure(this.#name));
    if (!dryRun && this.#deps.isFollowed(source)) fail('CONFLICT', `${source.name} is followed`, { kind: 'followed file', name: source.name });
    const run = dryRun ? 0 : context.transaction(() => sources.begin(source)); // 1
    let reached = 0;
    try {
      for (const lines of this.#pieces()) {
        for (const line of lines) {
          reached = line.endOffset;
          this.#look(line);
          if (this.#batch.length < batchLines && this.#batchSize < batchBytes) continue;
          await this.#commit(source, run); // 2
          yield this.#progress();
          await this.#pause();
        }
        // A line of many chunks must not keep everybody else waiting.
        await this.#pause();
      }
      await this.#commit(source, run);
      this.#quarantine?.sync();
    } finally {
      this.#quarantine?.close();
    }
    yield { kind: 'done', report: dryRun ? this.#report(null) : this.#finish(source, run, reached) };
  }

  /** Lines chunk by chunk. */
  *#pieces(): Generator<Iterable<Line>, void, void> {
    const { files } = this.#deps.context;
    const splitter = new LineSplitter();
    const end = this.#options.completeOnly === true ? this.#endOfWholeLines() : undefined;
    let first = true;
    for (const chunk of readChunks(files, this.#file.fd, 0, end)) {
      if (first) this.#refuseOtherKinds(chunk);
      first = false;
      this.#hash.update(chunk);
      this.#tally.bytes += chunk.length;
      yield splitter.push(chunk);
    }
    const last = splitter.end();
    if (last !== undefined) yield [last];
  }

  /** Others get their turn; a stop that was asked for happens here. */
  async #pause(): Promise<void> {
    await new Promise((resume) => setImmediate(resume));
    throwIfAborted(this.#options.signal);
  }

  /** Behind the last "\n" that the file has now. */
  #endOfWholeLines(): number {
    const { files } = this.#deps.context;
    const piece = Buffer.allocUnsafeSlow(64 * 1024);
    for (let end = files.fstat(this.#file.fd).size; end > 0; ) {
      const from = Math.max(0, end - piece.length);
      const read = files.read(this.#file.fd, piece, 0, end - from, from);
      const at = piece.subarray(0, read).lastIndexOf(10);
      if (at >= 0) return from + at + 1;
      end = from;
    }
    return 0;
  }

  #refuseOtherKinds(chunk: Buffer): void {
    const start = chunk.subarray(0, 2).toString('hex');
    if (start === 'fffe' || start === 'feff') fail('BAD_INPUT', 'UTF-16', { field: 'path', reason: `${this.#options.path} is UTF-16; write it as UTF-8 first (iconv -f UTF-16 -t UTF-8)` });
    if (start === '1f8b') fail('BAD_INPUT', 'gzip', { field: 'path', reason: `${this.#options.path} is compressed; unpack it first (gunzip)` });
  }

  #withoutBom(line: Line): Line {
    if (line.number !== 1 || line.bytes === undefined || line.bytes.subarray(0, 3).toString('hex') !== 'efbbbf') return line;
    this.#tally.bom = true;
    return { ...line, bytes: line.bytes.subarray(3) };
  }

  #look(read: Line): void {
    const tally = this.#tally;
    const line = this.#withoutBom(read);
    tally.lines += 1;
    const prepared = prepareLine(line, { mapping: this.#mapping, mask: this.#deps.mask, source: this.#name, actor: this.#options.actor });
    if (prepared.kind === 'blank') tally.blank += 1;
    else {
      this.#chain.follow(line.number, prepared.value);
      if (prepared.kind === 'refused') this.#refuse(line, prepared);
      else {
        this.#batch.push(prepared);
        this.#batchSize += prepared.line.bytes?.length ?? 0;
      }
    }
  }

  #refuse(line: Line, { code, detail }: { code: ImportReport['refusals'][number]['code']; detail: string }): void {
    const refusal = { line: line.number, code, detail };
    this.#tally.refused += 1;
    if (this.#tally.refusals.length < listedRefusals) this.#tally.refusals.push(refusal);
    if (this.#options.dryRun === true) return;
    const { files, path } = this.#deps.context;
    this.#quarantinePath ??= join(reportsFolder({ files, path }), `${this.#stamp}-import-refused.jsonl`);
    this.#quarantine ??= createQuarantine(files, this.#quarantinePath);
    this.#quarantine.add(line, refusal);
  }

  async #commit(source: Source, run: number): Promise<void> {
    const { context, sources } = this.#deps;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchSize = 0;
    if (batch.length === 0) return;
    if (this.#options.dryRun === true) {
      for (const each of batch) this.#count(each, source.no < 0 || !sources.knows(source, each.digest));
      return;
    }
    const outcome = await withKeys(context.keys, () => takeLines({ context, sources }, { source, candidates: batch, isNew: ({ digest }) => sources.meet(source, run, digest), begin: () => sources.requireRun(source, run) }));
    for (const each of outcome.refused) this.#refuse(each.candidate.line, { code: 'refused', detail: each.reason });
    for (const each of outcome.taken) this.#count(each, true);
    for (const each of outcome.known) this.#count(each, false);
  }

  #count({ claimed, findings }: Candidate, isNew: boolean): void {
    const tally = this.#tally;
    if (isNew) tally.imported += 1;
    else tally.present += 1;
    for (const { rule, count, sample } of findings) if (isNew && !sample) tally.masked.set(rule, (tally.masked.get(rule) ?? 0) + count);
    if (claimed === undefined || !/^\d{4}-.*Z$/.test(claimed)) return;
    if (tally.claimedFrom === null || claimed < tally.claimedFrom) tally.claimedFrom = claimed;
    if (tally.claimedTo === null || claimed > tally.claimedTo) tally.claimedTo = claimed;
  }

  #progress(): ImportStep {
    const { bytes, lines, imported, refused } = this.#tally;
    return { kind: 'progress', bytesDone: bytes, bytesTotal: Math.max(bytes, this.#file.stat.size), lines, imported, refused };
  }

  #report(event: number | null, reportPath: string | null = null): ImportReport {
    const { masked, ...counts } = this.#tally;
    return {
      source: this.#name, path: this.#options.path, dryRun: this.#options.dryRun === true, ...counts, sha256: this.#hash.copy().digest('hex'), chain: this.#chain.report(),
      masked: [...masked].map(([rule, count]) => ({ rule, count })), event, quarantine: this.#quarantinePath, report: reportPath
    };
  }

  #finish(source: Source, run: number, reached: number): ImportReport {
    const { context, sources } = this.#deps;
    // The very same file, and nothing new in it: it is recorded already that it was imported, and its refused lines are kept.
    const known = this.#tally.imported === 0 && sources.importedAs(source, this.#hash.copy().digest('hex')) !== undefined;
    if (known && this.#quarantinePath !== null) {
      context.files.unlink(this.#quarantinePath);
      this.#quarantinePath = null;
    }
    const report = this.#report(null);
    const path = known ? null : join(reportsFolder(context), `${this.#stamp}-import.md`);
    if (path !== null) writeFileDurable(context.files, path, Buffer.from(writeReport(this.#options.language ?? 'en', { ...report, at: new Date(context.clock.now()).toISOString() }), 'utf8'), { random: context.random }); // 3
    const event = context.transaction(() => {
      sources.requireRun(source, run);
      const appended = known ? undefined : context.append([this.#event({ ...report, report: path })])[0]; // 4
      if (appended !== undefined) sources.noteFile(source, report.sha256, appended.seq);
      this.#options.whenDone?.({ source, file: this.#file, offset: reached, lines: report.lines });
      return appended;
    });
    return { ...report, event: event?.seq ?? null, report: path };
  }

  #event({ path, dryRun: _dryRun, event: _event, bom: _bom, refusals, ...report }: ImportReport): Parameters<LogContext['append']>[0][number] {
    return {
      // The source as its subject: erasing that subject takes this event's words, too.
      action: 'log.imported', category: 'record', actor: this.#options.actor, subject: `source:${this.#name}`,
      payload: {
        ...report, file: basename(path).toWellFormed().slice(0, 400).toWellFormed(), refusals: refusals.map((each) => ({ ...each })),
        ...(this.#options.mapping !== undefined && { mapping: this.#options.mapping }),
        quarantine: report.quarantine && basename(report.quarantine), report: report.report && basename(report.report)
      }
    };
  }
}
