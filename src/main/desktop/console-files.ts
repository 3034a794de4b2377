// The answer to one request of `varve://app`: the console's own files and nothing else, with type, policy and nosniff set on every answer.
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { pageHeaders } from '../transport/csp.ts';
import { isOwnAddress } from './address.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2'
};

/**
 * The file an address means, or undefined. A path without an extension is a screen of the console and means `index.html`. Nothing outside
 * `folder` is ever named, whatever is encoded in the address.
 */
export function fileFor(folder: string, address: string): string | undefined {
  if (!isOwnAddress(address)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return undefined; // a broken escape
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  const file = join(folder, extname(path) === '' ? 'index.html' : path);
  const inside = relative(folder, file);
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || types[extname(file).toLowerCase()] === undefined ? undefined : file;
}

export async function answerRequest(folder: string, request: { url: string; method: string }): Promise<Response> {
  const file = fileFor(folder, request.url);
  if (request.method !== 'GET' || !file) return plain(file ? 405 : 404);
  try {
    const bytes = await readFile(file);
    return new Response(new Uint8Array(bytes), { headers: { ...pageHeaders(), 'content-type': types[extname(file).toLowerCase()] ?? 'application/octet-stream' } });
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return plain(404);
    throw error;
  }
}

function plain(status: number): Response {
  return new Response('', { status, headers: { ...pageHeaders(), 'content-type': 'text/plain; charset=utf-8' } });
}
