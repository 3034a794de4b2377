// A process that holds an exclusive lock on a repository until its standard input ends: `node hold-lock.ts PATH PASSWORD`. Tests only.
import { createMachine } from '../../../adapters/machine.ts';
import { lockIdentity } from '../model.ts';
import { openLocal } from './index.ts';

const [path = '', password = ''] = process.argv.slice(2);
process.on('SIGHUP', () => console.log('probed'));
const repository = await openLocal(path, password);
const lock = await repository.lock({ exclusive: true, identity: lockIdentity(createMachine()), onLost: () => process.exit(1) });
console.log('locked');
process.stdin.resume().on('end', () => {
  void lock.release().then(() => console.log('released'));
});
