// Program of the tests on read-only media: verifies one file and prints the verdict.
import { createNodeFiles } from '../../../adapters/files.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { originOf } from '../model.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { testHomeId } from '../testing.ts';
import { verifyFile } from './task.ts';

const [path = '', temporaryFolder = ''] = process.argv.slice(2);
const context = { files: createNodeFiles(), random: createSystemRandom(), machine: createMachine(), closing: new AbortController().signal };
console.log(JSON.stringify(await verifyFile(context, { path, origin: originOf(testHomeId), temporaryFolder }, () => undefined)));
