// Seals with a passphrase, in the age format (age-encryption.org/v1): what comes out opens with `age -d` or `rage -d`.
import { ReadableStream } from 'node:stream/web';
import type { Passphrase } from '../archive/model.ts';
import { recipientOf } from './passphrase.ts';

/** log2 of scrypt's N, as age takes it when it seals: a second and 256 MiB for each try at the passphrase. */
const workFactor = 18;

/** The sealed form of the bytes, as they come. `work` only for tests that cannot wait. */
export async function* seal(plain: AsyncIterable<Uint8Array>, passphrase: Passphrase, work = workFactor): AsyncGenerator<Uint8Array> {
  // Loaded when something is sealed: it is large, and every start would read it.
  const { Encrypter, Stanza } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientOf(passphrase, work, Stanza));
  const sealed = await encrypter.encrypt(ReadableStream.from(plain) as never);
  yield* sealed as unknown as AsyncIterable<Uint8Array>;
}
