// varve witness init|trust|cosign|show|serve: a second place that remembers how far a record had come. Needs no home.
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { formatExact } from '../../contract/copy/values.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { readHome } from '../engine/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { answerBody, initWitness, openWitness, requestLimitBytes, type KeyPlace, type Witness, type WitnessAnswer, type WitnessDeps } from '../engine/witness/index.ts';
import { askHidden, canAsk } from './ask.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { writeNewFile } from './new-file.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import type { Words } from './words.ts';

const variable = 'VARVE_WITNESS_PASSPHRASE';
const defaultPort = 7341;

export function addWitnessCommands(program: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  const witness = program.command('witness').description(say('witness'));
  type Body = (deps: WitnessDeps & { homeId: string | undefined }, call: { output: Output; signal: AbortSignal }) => Promise<number | void>;
  const withPorts = (command: Command, body: Body): Promise<void> =>
    host.alone(command, async ({ output, signal, homePath }) => {
      const ports = createNodePorts({ workerFile });
      try {
        return await body({ ...ports, homeId: ports.files.stat(homePath) && readHome({ ...ports, homePath })?.id }, { output, signal });
      } finally {
        await ports.workers.close();
      }
    });
  const inFolder = (command: Command): Command => command.requiredOption('--dir <folder>', say('optionWitnessDir'));

  inFolder(witness.command('init').description(say('witnessInit')))
    .requiredOption('--name <name>', say('optionWitnessName'))
    .option('--no-passphrase', say('optionNoPassphrase'))
    .option('--keyring', say('optionWitnessKeyring'))
    .addHelpText('after', examples(host.words, ['varve witness init --dir /media/me/STICK/witness --name stick.ada.example']))
    .action((options: { dir: string; name: string; passphrase: boolean; keyring?: boolean }, command: Command) =>
      withPorts(command, async (deps, { output }) => {
        const path = absolutePath(options.dir);
        const place = await keyPlace(options, deps, host.words);
        const { vkey } = await initWitness(deps, { path, name: options.name, place });
        output.document({ name: options.name, vkey, path, key: place.kind });
        output.say(say('witnessMade', { name: options.name, path }));
        output.say(vkey);
        if (place.kind === 'plain') output.note(say('witnessPlain', { path }));
      })
    );
  inFolder(witness.command('trust <vkey>').description(say('witnessTrust')))
    .option('--origin <line>', say('optionOrigin'))
    .action((vkey: string, options: { dir: string; origin?: string }, command: Command) =>
      withPorts(command, async (deps, { output }) => {
        const trusted = openWitness(deps, absolutePath(options.dir)).trust(vkey, options.origin);
        output.document(trusted);
        output.say(say(trusted.added ? 'witnessTrusted' : 'witnessTrustedAlready', { origin: trusted.origin }));
      })
    );
  inFolder(witness.command('cosign <request>').description(say('witnessCosign')))
    .option('--out <file>', say('optionAnswerOut'))
    .option('--trust-clock', say('optionTrustClock'))
    .addHelpText('after', examples(host.words, ['varve witness cosign --dir /media/me/STICK/witness thesis.request --out thesis.answer']))
    .action((request: string, options: { dir: string; out?: string; trustClock?: boolean }, command: Command) =>
      withPorts(command, async (deps, { output }) => {
        const opened = await unlocked(deps, options.dir, host.words);
        const answer = opened.add(readRequest(request), { trustClock: options.trustClock ?? false });
        output.document(answer);
        output.note(answerWords(answer, output).join('\n'));
        // A size, too, is worth carrying back: the log's next request begins there.
        if (answer.status !== 200 && answer.status !== 409) return exitOf(answer);
        const { body } = answerBody(answer);
        if (options.out === undefined) output.say(body.trimEnd());
        else output.say(say('witnessAnswerWritten', { path: writeNewFile(options.out, body) }));
        return exitOf(answer);
      })
    );
  inFolder(witness.command('show').description(say('witnessShow'))).action((options: { dir: string }, command: Command) =>
    withPorts(command, async (deps, { output }) => {
      const view = openWitness(deps, absolutePath(options.dir)).view();
      output.document(view);
      output.say(`${view.name}\n${view.vkey}\n`);
      if (view.key === 'plain') output.note(say('witnessKeyPlain'));
      if (view.logs.length === 0) return output.say(say('witnessNothing'));
      const when = (at: number | null): string => (at === null ? '-' : formatExact(output.words.language, new Date(at * 1000)));
      output.table([say('colOrigin'), say('colEntries'), say('colSigned'), say('colForks')], view.logs.map((log) => [log.origin, log.size === null ? '-' : String(log.size), when(log.atSeconds), log.forks.length === 0 ? '' : String(log.forks.length)]), { right: [1, 3] });
      for (const log of view.logs) for (const fork of log.forks) output.note(say('witnessFork', { origin: log.origin, size: fork.refused.split('\n')[1] ?? '?', when: formatExact(output.words.language, new Date(fork.seenAt)) }));
      return undefined;
    })
  );
  inFolder(witness.command('serve').description(say('witnessServe')))
    .option('--host <address>', say('optionHost'), '127.0.0.1')
    .option('--port <number>', say('optionPort'), wholeNumber('--port'), defaultPort)
    .action((options: { dir: string; host: string; port: number }, command: Command) =>
      withPorts(command, async (deps, { output, signal }) => {
        if (options.port > 65_535) fail('BAD_INPUT', 'no such port', { field: '--port', reason: 'must be a number from 0 to 65535' });
        const { startWitnessServer } = await import('../transport/http/witness.ts');
        const server = await startWitnessServer({
          witness: await unlocked(deps, options.dir, host.words),
          listen: { host: options.host, port: options.port },
          onAnswer: (answer) => output.say(answerLine(answer, output, new Date(deps.clock.now()))),
          onFailure: (error) => void reportFailure(output, error)
        });
        try {
          const url = `http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}/`;
          output.document({ url, port: server.port });
          output.say(say('witnessServing', { url }));
          if (!/^(?:127\.|::1$|localhost$)/.test(server.host)) output.note(say('witnessServingAll'));
          output.say(say('servingStop'));
          await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
        } finally {
          await server.close();
        }
      })
    );
}

async function keyPlace(options: { passphrase: boolean; keyring?: boolean }, deps: WitnessDeps & { homeId: string | undefined }, words: Words): Promise<KeyPlace> {
  if (!options.passphrase && options.keyring) fail('BAD_INPUT', 'two places for one key', { field: '--keyring', reason: 'cannot be together with --no-passphrase' });
  if (!options.passphrase) return { kind: 'plain' };
  if (options.keyring) {
    const { available, backend, reason } = await deps.keyring.probe();
    if (!available) fail('SECRET_STORE_UNAVAILABLE', 'no keyring', { store: backend, reason: reason ?? 'unknown' });
    return { kind: 'keyring', homeId: deps.homeId ?? fail('BAD_INPUT', 'no home', { field: '--keyring', reason: 'needs a home on this computer; use a passphrase' }) };
  }
  const given = passphraseFromEnvironment(deps.files, process.env, variable);
  if (given !== undefined) return { kind: 'passphrase', passphrase: given };
  if (!canAsk()) fail('BAD_INPUT', 'no passphrase', { field: 'passphrase', reason: words.say('witnessPassphraseNeeded') });
  const first = await askHidden(words.say('askNewWitnessPassphrase'));
  if (first !== (await askHidden(words.say('askPasswordAgain')))) fail('BAD_INPUT', 'passphrases differ', { field: 'passphrase', reason: words.say('passwordsDiffer') });
  return { kind: 'passphrase', passphrase: first };
}

async function unlocked(deps: WitnessDeps, folder: string, words: Words): Promise<Witness> {
  const witness = openWitness(deps, absolutePath(folder));
  const given = witness.needsPassphrase ? (passphraseFromEnvironment(deps.files, process.env, variable) ?? (canAsk() ? await askHidden(words.say('askWitnessPassphrase')) : undefined)) : undefined;
  await witness.unlock(given);
  return witness;
}

function readRequest(typed: string): Uint8Array {
  const path = absolutePath(typed);
  const stat = statSync(path, { throwIfNoEntry: false }) ?? fail('PATH_MISSING', `no file ${path}`, { path });
  if (!stat.isFile() || stat.size > requestLimitBytes) fail('BAD_INPUT', 'not a request', { field: path, reason: `must be a file of at most ${requestLimitBytes} bytes` });
  return readFileSync(path);
}

/** Behind: the log that asks is shorter than what was signed of it. */
const isBehind = (answer: WitnessAnswer): boolean => answer.status === 409 && answer.reason === 'other-size' && answer.asked < answer.size;

function answerWords(answer: WitnessAnswer, { words: { say, language, reason } }: Output): string[] {
  if (answer.status === 200) return [say('witnessSigned', { count: answer.size, origin: answer.origin, when: formatExact(language, new Date(answer.atSeconds * 1000)) })];
  const head = say('witnessRefused', { status: String(answer.status) });
  if (answer.status === 409) return [head, say(isBehind(answer) ? 'witnessRefused_behind' : `witnessRefused_${answer.reason}`, { kept: answer.size, asked: answer.asked })];
  return [head, say(`witnessRefused_${answer.reason}`, { detail: reason(answer.detail) })];
}

/** Behind is evidence missing (9); a fork or a proof that fails is broken (5); a size to be told of is a conflict (8). */
function exitOf(answer: WitnessAnswer): number {
  if (answer.status === 200) return exitCodes.done;
  if (answer.status === 409) return answer.reason === 'fork' ? exitCodes.integrity : isBehind(answer) ? exitCodes.evidence : exitCodes.conflict;
  return { 400: exitCodes.usage, 403: exitCodes.failed, 404: exitCodes.notFound, 422: exitCodes.integrity }[answer.status];
}

function answerLine(answer: WitnessAnswer, { words: { say, language } }: Output, now: Date): string {
  const known = answer.status === 200 || answer.status === 409;
  return say('witnessAnswered', { when: formatExact(language, now), status: String(answer.status), origin: known ? answer.origin : answer.reason, size: known ? answer.size : '' });
}
