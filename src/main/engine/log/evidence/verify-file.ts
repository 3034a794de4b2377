// Checks a file of evidence of any kind, told apart by its first bytes. Needs the file and nothing else.
import type { EvidenceReport } from '../../../../contract/evidence.ts';
import { VarveError, errnoOf } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { bad } from '../note/bad-note.ts';
import { BadNote, keyTypes, parseCheckpoint, parseNote, parseVkey } from '../note/index.ts';
import { maxProofFileBytes } from '../note/proof-file.ts';
import { LineReader } from './line-reader.ts';
import { refuse } from './refuse.ts';
import { verifyBundle, type Given, type VerifyRun } from './verify-bundle.ts';
import { verifyConsistencyFile, verifyProofFile } from './verify-proof.ts';

/** Throws EVIDENCE_REFUSED, EVIDENCE_MISSING, BAD_INPUT for a key or checkpoint of the reader's that is none, PATH_MISSING, NOT_READABLE, CANCELLED. */
export async function verifyEvidenceFile(files: Files, path: string, given: Given, run: VerifyRun): Promise<EvidenceReport> {
  checkGiven(given);
  try {
    const stat = files.stat(path);
    if (stat === undefined) throw new VarveError('PATH_MISSING', `no file ${path}`, { path });
    const fd = files.open(path, 'r');
    try {
      return await verifyOpened(files, fd, path, given, run);
    } finally {
      files.close(fd);
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new VarveError('NOT_READABLE', `${path}: ${errno}`, { path, reason: errno }, { cause: error });
  }
}

async function verifyOpened(files: Files, fd: number, path: string, given: Given, run: VerifyRun): Promise<EvidenceReport> {
  const reader = new LineReader(files, fd);
  const beginning = Buffer.from(reader.peek()).toString('latin1');
  if (beginning.startsWith('{')) return verifyBundle(reader, given, run);
  const verify = beginning.startsWith('c2sp.org/tlog-proof@') ? verifyProofFile : beginning.startsWith('old ') ? verifyConsistencyFile : undefined;
  if (verify === undefined) return refuse('format', 'this is no evidence bundle, proof file or consistency proof');
  if (files.fstat(fd).size > maxProofFileBytes) refuse('format', `a file of this kind has at most ${maxProofFileBytes} bytes`);
  return verify(files.readFile(path, maxProofFileBytes), given);
}

function checkGiven({ keys, held }: Given): void {
  for (const vkey of keys) orBadInput('key', () => parseVkey(vkey).type === keyTypes.note || bad('key-type', 'it is the key of a witness'));
  if (held !== undefined) orBadInput('checkpoint', () => parseCheckpoint(parseNote(held).text));
}

function orBadInput(field: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    throw new VarveError('BAD_INPUT', `${field}: ${error.message}`, { field, reason: error.message });
  }
}
