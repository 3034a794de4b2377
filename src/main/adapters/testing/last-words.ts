// A process that ends by what nobody caught, with a secret in it: by `throw` or `reject`, as its argument says. For the test of last words.
import { createMask } from '../../engine/secrets/index.ts';
import { maskLastWords, sayLastWords } from '../last-words.ts';

const mask = createMask();
mask.know({ name: 'db', value: 'Planted-31b0aa-value' });
sayLastWords('varve');
maskLastWords(mask.text);
const error = new Error(`cannot sign in with ${Buffer.from('Planted-31b0aa-value').toString('base64')} or Planted-31b0aa-value`);
if (process.argv[2] === 'reject') void Promise.reject(error);
else setImmediate(() => {
  throw error;
});
setInterval(() => undefined, 1000);
