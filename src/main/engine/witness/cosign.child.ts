// Program of the witness's tests: asks a witness's folder for cosignatures on its history while another process asks for those on its own.
import { createNodeFiles } from '../../adapters/files.ts';
import { createSystemClock } from '../../adapters/clock.ts';
import { createMemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import { openWitness } from './index.ts';
import { createToyLog } from './testing.ts';

const [path = '', word = '', rounds = '0'] = process.argv.slice(2);
const witness = openWitness({ files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom(), keyring: createMemoryKeyring() }, path);
await witness.unlock(undefined);
const won: number[] = [];
// Each round both histories ask for one more entry on what is common; after one of them has won, the other can never come back.
for (let round = 0; round < Number(rounds); round++) {
  const log = createToyLog({ origin: `varve/race-${round}`, word, fromLeaf: 3 });
  const first = witness.add(log.request(0, 3));
  const answer = witness.add(log.request(3, 4));
  if (first.status !== 200 && first.status !== 409) throw new Error(`the common part was answered with ${first.status}`);
  if (answer.status === 200) won.push(round);
}
process.stdout.write(JSON.stringify(won));
