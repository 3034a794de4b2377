// The exported keys: one text file, described in docs/formats/keys-export.md so that it can be opened without Varve.
import { fail } from '../kit/errors.ts';
import type { Random } from '../ports.ts';
import { ExportContent, ExportFile } from './model.ts';
import { freshKdf, seal, unseal } from './seal.ts';
import { stretch } from './stretch.ts';

const about = 'The keys of a Varve home, sealed under a passphrase (scrypt, AES-256-GCM). How to open it: docs/formats/keys-export.md of Varve.';

export interface ExportDeps {
  random: Random;
  homeId: string;
  exportedAt: string;
  passphrase: string;
  content: ExportContent;
}

export async function sealExport({ random, homeId, exportedAt, passphrase, content }: ExportDeps): Promise<string> {
  const kdf = freshKdf(random);
  const key = await stretch(passphrase, kdf);
  const sealed = seal(random, key, labelOf(homeId), Buffer.from(JSON.stringify(content), 'utf8'));
  const file: ExportFile = { format: 'varve-keys-export', version: 1, about, homeId, exportedAt, kdf, cipher: 'aes-256-gcm', sealed };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Throws BAD_INPUT for a text that is no such file, VAULT_WRONG_PASSPHRASE when it does not open. */
export async function openExport({ text, passphrase }: { text: string; passphrase: string }): Promise<{ homeId: string; content: ExportContent }> {
  const parsed = ExportFile.safeParse(tryJson(text));
  if (!parsed.success) fail('BAD_INPUT', 'not a file of exported keys', { field: 'content', reason: 'is not a file of exported keys' });
  const { homeId, kdf, sealed } = parsed.data;
  const plain = unseal(await stretch(passphrase, kdf), labelOf(homeId), sealed) ?? fail('VAULT_WRONG_PASSPHRASE', 'the passphrase does not open the exported keys', { path: 'exported keys' });
  return { homeId, content: ExportContent.parse(JSON.parse(plain.toString('utf8'))) };
}

function labelOf(homeId: string): string {
  return `varve-keys-export/1/${homeId}`;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the parser's message would quote the text
  }
}
