// Program of the test of a stop right after an erasure: erases and is killed the moment the transaction is committed, before anything is cleaned.
import { createNodeFiles } from '../../../adapters/files.ts';
import { openTestLog } from '../testing.ts';

const [path = '', ...seqs] = process.argv.slice(2);
const { log } = openTestLog({ files: createNodeFiles(), path, begin: false });
log.onGrowth(() => process.kill(process.pid, 'SIGKILL'));
await log.erasures.erase({ seqs: seqs.map(Number), reason: 'own-wish', basis: 'none' });
