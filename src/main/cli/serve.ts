// varve serve: the engine without a screen, over HTTP on this computer. Without a token it does not start; only `npm start` makes its own
// one-time login (VARVE_START=1 in the environment).
import { randomBytes } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Settings } from '../../contract/system.ts';
import { varveVersion } from '../../contract/version.ts';
import { createLogger, logLevels, type LogLevel } from '../adapters/logger.ts';
import { maskLastWords, sayLastWords } from '../adapters/last-words.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { createEngine, type Engine } from '../engine/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { homeMarker } from '../engine/kit/paths.ts';
import { connectDirect } from '../transport/direct.ts';
import { takeHome } from '../transport/owner.ts';
import { createRouter } from '../transport/router.ts';
import { examples, wholeNumber, type AskedToEnd, type Host } from './command.ts';
import { exitCodes, reportFailure } from './failure.ts';
import type { Output } from './output.ts';
import { packLast, takeLastSnapshots } from './serve-last.ts';
import { serviceUnit } from './serve-unit.ts';

const waitForHomeMs = 2_000;
/** A service manager waits longer than this before it kills. */
const packingLimitMs = 20_000;
const loginFileLifeMs = 5 * 60_000;

export interface ServeFiles {
  worker: URL;
  /** Folder of the built console; undefined where it was not built. */
  pages: string | undefined;
}

export function addServeCommand(program: Command, host: Host, files: ServeFiles): void {
  const { say } = host.words;
  program
    .command('serve')
    .description(say('serve'))
    .option('--host <address>', say('optionHost'))
    .option('--port <number>', say('optionPort'), wholeNumber('--port'))
    .option('--print-unit <kind>', say('optionPrintUnit'))
    .addHelpText('after', examples(host.words, ['varve token create browser && varve serve', 'VARVE_TOKEN=$(cat ~/.varve-token) varve serve --port 7340', 'varve serve --print-unit user > ~/.config/systemd/user/varve.service']))
    .action(({ printUnit: kind, ...options }: { host?: string; port?: number; printUnit?: string }, command: Command) =>
      host.alone(command, async ({ output, signal, homePath, asked }) => (kind === undefined ? serve({ ...options, homePath, output, signal, asked, files }) : printUnit(kind, { ...options, homePath, output })))
    );
}

async function serve(options: { host?: string; port?: number; homePath: string; output: Output; signal: AbortSignal; asked: AskedToEnd; files: ServeFiles }): Promise<number> {
  const { homePath, output, signal } = options;
  const { say } = output.words;
  const started = process.env['VARVE_START'] === '1';
  const ports = createNodePorts({ workerFile: options.files.worker, logger: createLogger({ level: logLevel(process.env['VARVE_LOG_LEVEL']) }) });
  if (!started && !ports.files.stat(join(homePath, homeMarker))) fail('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
  const home = await takeHome({ homePath, kind: 'serve', waitMs: waitForHomeMs, signal, ...ports });
  const engine = createEngine(ports, { homePath, host: 'serve', version: varveVersion, environment: process.env, session: randomBytes(8).toString('hex'), owner: () => ({ socket: home.socketPath() }) });
  sayLastWords('varve serve');
  maskLastWords(engine.mask);
  try {
    await startEngine(engine, started, output);
    const token = process.env['VARVE_TOKEN'];
    if (token !== undefined && token !== '') engine.gateway.addEnvironmentToken(token);
    if (!started && !engine.gateway.hasTokens()) {
      output.note(say('noToken'));
      return exitCodes.usage;
    }
    return await listen({ engine, home, username: ports.machine.username, started }, options);
  } finally {
    await engine.stop();
    await home.release();
    await ports.workers.close();
  }
}

function printUnit(kind: string, { host, port, homePath, output }: { host?: string; port?: number; homePath: string; output: Output }): number {
  if (kind !== 'system' && kind !== 'user') return fail('BAD_INPUT', `no such unit ${kind}`, { field: '--print-unit', reason: 'must be system or user' });
  const user = userInfo().username;
  const unit = serviceUnit({
    kind, user, homePath,
    program: [process.execPath, resolve(process.argv[1] ?? 'varve')],
    args: [...(host === undefined ? [] : ['--host', host]), ...(port === undefined ? [] : ['--port', String(port)])],
    vault: existsSync(join(homePath, 'vault.json'))
  });
  output.document({ unit });
  output.say(unit.trimEnd());
  if (kind === 'user' && endsAtLogout(user)) output.note(output.words.say('unitLingers', { user }));
  if (kind === 'system' && user === 'root') output.note(output.words.say('unitAsRoot'));
  return exitCodes.done;
}

/** Whether the services of a person end when they log out; false where nobody can tell. */
function endsAtLogout(user: string): boolean {
  const asked = spawnSync('loginctl', ['show-user', user, '--property=Linger', '--value'], { encoding: 'utf8', timeout: 5_000 });
  return asked.status === 0 ? asked.stdout.trim() === 'no' : asked.error === undefined && !existsSync(join('/var/lib/systemd/linger', user));
}

/** How much is said on standard error, as JSON lines. */
function logLevel(wanted = ''): LogLevel {
  if (wanted === '') return 'warn';
  return logLevels.find((level) => level === wanted) ?? fail('BAD_INPUT', `no such level ${wanted}`, { field: 'VARVE_LOG_LEVEL', reason: 'must be debug, info, warn or error' });
}

/** A person at a browser sees in the console why a home cannot be opened; a service fails at once. */
async function startEngine(engine: Engine, shown: boolean, output: Output): Promise<void> {
  try {
    await engine.start();
  } catch (error) {
    if (!shown) throw error;
    reportFailure(output, error);
  }
}

async function listen({ engine, home, username, started }: { engine: Engine; home: Awaited<ReturnType<typeof takeHome>>; username: string; started: boolean }, options: Parameters<typeof serve>[0]): Promise<number> {
  const { output, signal } = options;
  const { say } = output.words;
  const router = createRouter(engine.api);
  const settings = engine.homeOpen ? await engine.api.system.settings.get({}, { actor: 'varve', via: 'api', scope: 'owner', signal }) : {};
  const { gateway: wanted } = Settings.parse(settings);
  const address = { host: options.host ?? wanted.host, port: options.port ?? wanted.port };
  if (!Number.isInteger(address.port) || address.port < 0 || address.port > 65_535) fail('BAD_INPUT', 'no such port', { field: '--port', reason: 'must be a number from 0 to 65535' });
  const { startHttpServer } = await import('../transport/http/server.ts');
  const server = await startHttpServer({
    router,
    listen: address,
    pagesFolder: options.files.pages,
    authenticate: (bearer) => {
      const token = engine.gateway.authenticate(bearer);
      if (!token) return undefined;
      // Whoever opened the login address is the person who started the program.
      return token.kind === 'session' ? { actor: username, via: 'browser', scope: token.scope } : { actor: token.label, via: 'api', scope: token.scope };
    },
    exchangeLoginCode: (code) => engine.gateway.exchangeLoginCode(code),
    once: engine.once,
    monitoring: {
      metrics: () => engine.metrics(),
      unready: () => [...engine.unready(), ...(home.held() ? [] : [{ what: 'lease' as const, detail: 'the lock file was removed or replaced: another process may own the home' }])]
    }
  });
  const url = `http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}/`;
  try {
    const socket = await home.listen(router);
    if ('reason' in socket) output.note(`varve: ${say('noSocket', { reason: output.words.reason(socket.reason) })}`);
    const where = { address: server.host, port: server.port };
    engine.record({ action: 'gateway.started', category: 'gateway', payload: { ...where, console: options.files.pages !== undefined } });
    output.document({ url, port: server.port });
    output.say(say('serving', { url }));
    const cleanUp = started ? showLogin(url, engine.gateway.createLoginCode(), options.homePath, output) : () => {};
    output.say(say('servingStop'));
    await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
    cleanUp();
    output.note(say('stopping'));
    if (engine.homeOpen) {
      const client = connectDirect(router, { actor: username, via: 'cli', scope: 'owner' });
      if (options.asked.byHand()) await options.asked.patiently((skip) => takeLastSnapshots(client, output, skip).then(() => packLast(client, output, skip)));
      else await packLast(client, output, AbortSignal.timeout(packingLimitMs));
    }
    engine.record({ action: 'gateway.stopped', category: 'gateway', payload: where });
  } finally {
    await server.close();
  }
  return exitCodes.done;
}

/**
 * Prints the address that logs in once and opens a browser on it. The browser is given a file only this user can read, because
 * arguments of programs are visible to everybody on the computer.
 */
function showLogin(url: string, code: string, homePath: string, output: Output): () => void {
  const address = `${url}#code=${code}`;
  output.say(output.words.say('servingLogin'));
  output.say(`  ${address}`);
  const file = join(homePath, 'run', `login-${randomBytes(6).toString('hex')}.html`);
  const remove = (): void => rmSync(file, { force: true });
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  if (process.env['VARVE_NO_BROWSER'] === '1' || (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])) return remove;
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}"><title>Varve</title>`, { mode: 0o600, flag: 'wx' });
  setTimeout(remove, loginFileLifeMs).unref();
  const browser = spawn(opener, [file], { stdio: 'ignore', detached: true });
  // No browser is no failure: the address stands above.
  browser.on('error', remove);
  browser.unref();
  return remove;
}
