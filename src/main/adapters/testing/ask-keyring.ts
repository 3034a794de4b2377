// A process that asks the real secret store what its arguments say, one after the other, and prints each answer as a JSON line. For the
// keyring's interop test: `probe`, `set ACCOUNT HEX`, `get ACCOUNT`, `delete ACCOUNT`, and `wait FILE` until that file is there.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { toWire } from '../../engine/kit/errors.ts';
import { createSystemKeyring } from '../keyring.ts';

const keyring = createSystemKeyring({ service: 'varve', limitMs: 15_000 });
const words = process.argv.slice(2);

async function answer(): Promise<unknown> {
  const verb = words.shift();
  if (verb === 'probe') return keyring.probe();
  if (verb === 'wait') {
    const file = words.shift() as string;
    while (!existsSync(file)) await sleep(20);
    return 'waited';
  }
  const account = words.shift() as string;
  if (verb === 'set') return keyring.set(account, Buffer.from(words.shift() as string, 'hex')).then(() => 'set');
  if (verb === 'delete') return keyring.delete(account);
  const value = await keyring.get(account);
  return value ? Buffer.from(value).toString('hex') : 'none';
}

while (words.length > 0) process.stdout.write(`${JSON.stringify(await answer().catch((error: unknown) => toWire(error)))}\n`);
