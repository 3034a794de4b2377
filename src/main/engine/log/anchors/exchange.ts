// Request and answer over HTTP, with a witness whose address a person gave. A witness that knows more than this record is asked for the checkpoint
// it holds: that one, unlike its word, is evidence.
import { createHash } from 'node:crypto';
import type { Anchor, WitnessResult } from '../../../../contract/anchors.ts';
import { cancelled, fail, isVarveError } from '../../kit/errors.ts';
import type { Net } from '../../ports.ts';
import { checkAddress, type Anchors } from './anchors.ts';

const timeoutMs = 20_000;
const limitBytes = 64 * 1024;

export interface ExchangeDeps {
  anchors: Anchors;
  net: Net;
  origin: string;
  actor: string | undefined;
  signal: AbortSignal | undefined;
}

/** Throws BAD_INPUT without an address, WITNESS_REFUSED (it does not follow this log, or does not know its key), WITNESS_UNREACHABLE. */
export async function sendToWitness(deps: ExchangeDeps, witness: string, url: string | undefined): Promise<WitnessResult> {
  const { anchors, actor } = deps;
  const row = anchors.findWitness(witness);
  const given = url ?? row.url ?? fail('BAD_INPUT', 'no address', { field: 'url', reason: 'no address is known for this witness' });
  const base = checkAddress(given).href.replace(/\/*$/, '/');
  let old: number | undefined;
  for (let attempt = 0; attempt < 2; attempt++) {
    const request = await anchors.request(row.vkey, old);
    const { status, text } = await ask(deps, `${base}add-checkpoint`, request.text);
    if (status === 200) return accept(deps, base, text, row.vkey);
    if (status === 422) return { anchor: anchors.noteRefusal(row.vkey, request.old, 'other-history', actor), size: request.old };
    if (status !== 409) return refused(base, status, text);
    const size = /^\d{1,16}\n?$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : fail('WITNESS_UNREACHABLE', 'no size in a 409', { url: base, reason: 'it answered with something else than a witness does' });
    if (size > request.size) return { anchor: await heldByWitness(deps, base, row.vkey, size), size };
    // Same size, another root: the witness holds another history.
    if (size === request.old) return { anchor: anchors.noteRefusal(row.vkey, size, 'other-history', actor), size };
    anchors.accept(String(size), row.vkey, actor);
    old = size;
  }
  return fail('WITNESS_UNREACHABLE', 'its size changes with each question', { url: base, reason: 'its size changes with each question; try again' });
}

function accept({ anchors, actor }: ExchangeDeps, base: string, text: string, vkey: string): WitnessResult {
  try {
    return anchors.accept(text, vkey, actor);
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'BAD_INPUT') throw error;
    return fail('WITNESS_UNREACHABLE', 'an answer that is no cosignature', { url: base, reason: 'its answer is not signed with the key that is known for it' }, error);
  }
}

/** The larger checkpoint itself where the witness shows it, else its word. */
async function heldByWitness(deps: ExchangeDeps, base: string, vkey: string, size: number): Promise<Anchor> {
  const { anchors, origin, actor } = deps;
  try {
    const { status, text } = await ask(deps, `${base}${createHash('sha256').update(origin, 'utf8').digest('hex')}/checkpoint`);
    const result = status === 200 ? anchors.accept(text, vkey, actor) : undefined;
    if (result?.anchor) return result.anchor;
  } catch (error) {
    // What it shows may be damaged or missing; what it said stands.
    if (!isVarveError(error) || (error.code !== 'BAD_INPUT' && error.code !== 'WITNESS_UNREACHABLE')) throw error;
  }
  return anchors.noteRefusal(vkey, size, 'behind', actor);
}

async function ask({ net, signal }: ExchangeDeps, url: string, body?: string): Promise<{ status: number; text: string }> {
  try {
    const { status, body: bytes } = await net.request({ method: body === undefined ? 'GET' : 'POST', url, timeoutMs, limitBytes, signal, ...(body !== undefined && { body, headers: { 'content-type': 'text/plain; charset=utf-8' } }) });
    return { status, text: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (signal?.aborted) throw cancelled();
    return fail('WITNESS_UNREACHABLE', `no answer from ${url}`, { url, reason: error instanceof Error ? error.message : String(error) }, error);
  }
}

function refused(url: string, status: number, text: string): never {
  if (status === 404) return fail('WITNESS_REFUSED', 'unknown log', { url, reason: 'it does not follow this record (404)' });
  if (status === 403) return fail('WITNESS_REFUSED', 'unknown key', { url, reason: 'it does not trust the key this record is signed with (403)' });
  const said = /^[\x20-\x7e]{1,200}\n?$/.test(text) ? text.trim() : '';
  return fail('WITNESS_UNREACHABLE', `status ${status}`, { url, reason: said === '' ? `it answered ${status}` : `it answered ${status}: ${said}` });
}
