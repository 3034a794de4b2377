// The desktop program: windows, tray, dialogs and the engine's process. It holds no data of its own.
import { app, dialog, Menu, powerMonitor, powerSaveBlocker, session, type MessagePortMain } from 'electron';
import { join } from 'node:path';
import { bridgeChannels } from '../../contract/bridge.ts';
import { describeError } from '../../contract/copy/errors.ts';
import { desktopWords } from '../../contract/copy/desktop.ts';
import type { WireError } from '../../contract/errors.ts';
import type { TaskState } from '../../contract/events.ts';
import type { Language } from '../../contract/ids.ts';
import type { Settings } from '../../contract/system.ts';
import { connectPort } from '../transport/port.ts';
import { fromTyped } from '../transport/router.ts';
import { createDesktopService, applyTheme, showNotice } from './desktop-service.ts';
import { serveDesktop } from './desktop-router.ts';
import { EngineHost, pickEnvironment } from './engine-host.ts';
import { EngineWatch } from './engine-watch.ts';
import { LastSnapshots } from './last-snapshots.ts';
import { listenToBridge } from './ipc.ts';
import { languageOfSystem } from './language.ts';
import { applyLoginItem } from './login-item.ts';
import { applicationMenu } from './menu.ts';
import { denyPermissions, restrictContents } from './policy.ts';
import { registerScheme, serveConsole } from './protocol.ts';
import { arrangeQuit } from './quit.ts';
import { QuitTalk } from './quit-talk.ts';
import { createSleepBlocker } from './sleep-blocker.ts';
import { profileFolder, readStartArguments, type StartArguments } from './start-arguments.ts';
import { createTrayIcon, type TrayIcon } from './tray.ts';
import { nothingKnown } from './tray-state.ts';
import { createConsoleWindow, type ConsoleWindow } from './window.ts';
import { WorkUnderWay } from './work-under-way.ts';

export interface DesktopPlace {
  /** Folder of the built main files (`out/main`). */
  mainFolder: string;
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

/** What ends sooner needs no window. */
const quietEndMs = 2_000;

/** Called while the main module is evaluated: what must come before `ready` is done synchronously. */
export function startDesktop(place: DesktopPlace): void {
  registerScheme();
  app.enableSandbox();
  const start = readStartArguments(place.argv, place.env, process.cwd());
  app.setPath('userData', profileFolder(start, app.getPath('appData')));
  app.setName('Varve');
  // Without it Windows shows no notices.
  if (process.platform === 'win32') app.setAppUserModelId('org.varve.Varve');
  // restic asks whether a lock's holder lives by this signal; its default would end us.
  if (process.platform !== 'win32') process.on('SIGHUP', () => undefined);

  // The lock belongs to the profile, so to the home. (The home's own lease, which also binds `varve serve`, is the engine's.)
  if (!app.requestSingleInstanceLock()) return app.quit();
  restrictContents(app);
  const shell = new DesktopShell(place, start);
  app.on('second-instance', () => shell.show());
  app.on('activate', () => shell.show());
  // Never awaited at the top level: `ready` waits for the main module.
  app.whenReady().then(
    () => shell.open(),
    (error: unknown) => {
      report(`could not start: ${error instanceof Error ? error.stack : String(error)}`);
      app.exit(1);
    }
  );
}

class DesktopShell {
  #place: DesktopPlace;
  #start: StartArguments;
  #language: Language = 'en';
  #closeToTray: Settings['closeToTray'] = 'system';
  /** The record is packed before the end. Until the settings are known: no. */
  #packsOnQuit = false;
  #window: ConsoleWindow | undefined;
  #tray: TrayIcon | undefined;
  #engine: EngineHost;
  #watch: EngineWatch;
  #talk = new QuitTalk();
  #lastSnapshots = new LastSnapshots(this.#talk);
  #work = new WorkUnderWay(this.#talk);
  #sleep = createSleepBlocker({ start: () => powerSaveBlocker.start('prevent-app-suspension'), stop: (id) => void powerSaveBlocker.stop(id), onBattery: () => powerMonitor.isOnBatteryPower() });
  /** What unsaved work in the page belongs to. */
  #unsaved: string | undefined;
  #quitting;

  constructor(place: DesktopPlace, start: StartArguments) {
    this.#place = place;
    this.#start = start;
    this.#watch = new EngineWatch({
      onFacts: (facts) => {
        this.#sleep.update(facts.running);
        this.#tray?.update(this.#language, facts);
      },
      onSettings: (settings) => this.#followSettings(settings),
      onNotice: ({ title, body }) => void showNotice(title, body, () => this.show()),
      onBackUpEnded: (task) => this.#sayBackUpEnded(task),
      onBackUpRefused: (planName, error) => this.#sayBackUpRefused(planName, error),
      report
    });
    this.#engine = new EngineHost({
      modulePath: join(place.mainFolder, 'engine.js'),
      env: pickEnvironment(place.env),
      home: start.home,
      onStarted: (ports) => this.#meetEngine(ports),
      onLost: (again) => {
        this.#watch.lose();
        this.#window?.contents()?.send(bridgeChannels.engineLost, again);
      },
      onRefused: (error) => void this.#askAfterRefusal(error),
      onGivenUp: () => void this.#askAgain(desktopWords(this.#language, 'engineCrashed')),
      report
    });
    this.#quitting = arrangeQuit(app, { before: () => this.#beforeTheEnd(), askedAgain: () => this.#askedAgainToQuit(), stopEngine: () => this.#engine.stop(), removeTray: () => this.#tray?.remove(), report });
  }

  open(): void {
    const resources = join(this.#place.mainFolder, '../../resources');
    this.#language = languageOfSystem(app.getPreferredSystemLanguages());
    denyPermissions(session.defaultSession);
    serveConsole(session.defaultSession, join(this.#place.mainFolder, '../renderer'));
    listenToBridge({
      known: () => this.#window?.contents(),
      onPort: (port) => this.#engine.giveClient(port),
      reportRefused: (reason) => report(`a message of a page was refused: ${reason}`)
    });
    this.#setMenu();
    this.#tray = createTrayIcon(
      {
        folder: join(resources, 'tray'),
        actions: { open: () => this.show(), backUp: (id, name) => this.#watch.backUp(id, name), pause: (span) => this.#watch.pause(span), resume: () => this.#watch.resume(), quit: () => app.quit() },
        now: () => new Date(),
        report
      },
      this.#language,
      nothingKnown
    );
    this.#window = createConsoleWindow(
      {
        place: { preload: join(this.#place.mainFolder, '../preload/index.cjs'), icon: join(resources, 'icon.png') },
        onClose: () => (this.#quitting.begun() ? 'close' : this.#staysInTray() || this.#outlivesItsWindow() ? 'hide' : this.#closingQuits() ? 'quit' : 'close'),
        onSessionEnd: () => this.#quitting.sessionEnds(),
        reportError: (message, error) => report(error === undefined ? message : `${message}: ${String(error)}`)
      },
      // Without a tray a hidden window could not be found again.
      { hidden: this.#start.hidden && this.#tray.present() }
    );
    // Timers cannot be trusted across sleep: the engine looks at the wall clock again.
    powerMonitor.on('suspend', () => this.#engine.tell({ kind: 'suspend' }));
    powerMonitor.on('resume', () => this.#engine.tell({ kind: 'resume' }));
    powerMonitor.on('on-ac', () => this.#sleep.powerChanged());
    powerMonitor.on('on-battery', () => this.#sleep.powerChanged());
    // Linux and macOS; on Windows the window hears it.
    powerMonitor.on('shutdown', () => this.#quitting.sessionEnds());
    // The line "12 minutes ago" ages.
    setInterval(() => this.#tray?.update(this.#language, this.#watch.facts), 60_000).unref();
    this.#engine.start();
  }

  show(): void {
    this.#window?.show();
  }

  #meetEngine({ client, desktop }: { client: MessagePortMain; desktop: MessagePortMain }): void {
    serveDesktop(
      createDesktopService({
        window: () => this.#window?.browserWindow(),
        trayPresent: () => this.#tray?.present() ?? false,
        setLanguage: (language) => this.#setLanguage(language),
        setUnsaved: (what) => {
          this.#unsaved = what;
        },
        showWindow: () => this.show(),
        quit: () => app.quit(),
        quitting: this.#talk
      }),
      desktop
    );
    this.#watch.attach(connectPort(client as never));
    // A page that had a port before asks for another; at the very first start there is none yet and nothing happens.
    this.#window?.contents()?.send(bridgeChannels.engineReady);
  }

  /** GNOME has no tray without an extension and no call tells: on Linux staying is opt-in, and a second start always shows the window. */
  #staysInTray(): boolean {
    const wanted = this.#closeToTray === 'system' ? process.platform !== 'linux' : this.#closeToTray === 'on';
    return wanted && (this.#tray?.present() ?? false);
  }

  /** Where closing the window ends the program, it stays until unsaved work and work under way are decided on and the last snapshots are taken: they are shown in it. */
  #closingQuits(): boolean {
    return process.platform !== 'darwin' && (this.#unsaved !== undefined || this.#talk.state.state !== 'none' || this.#watch.hasWork() || this.#watch.wantsLastSnapshots());
  }

  /** A program of macOS goes on without its window: with unsaved work the window is only hidden, so nothing is lost and nothing need be asked. */
  #outlivesItsWindow(): boolean {
    return process.platform === 'darwin' && this.#unsaved !== undefined;
  }

  #beforeTheEnd(): Promise<'quit' | 'stay'> | undefined {
    if (this.#unsaved === undefined && !this.#watch.hasWork() && !this.#watch.wantsLastSnapshots() && !this.#packs()) return undefined;
    return this.#settleAll();
  }

  /** In this order: whoever stays because of one is not asked about the others. */
  async #settleAll(): Promise<'quit' | 'stay'> {
    if (this.#unsaved !== undefined && !(await this.#askToDiscard(this.#unsaved))) return 'stay';
    if ((await this.#settleWork()) === 'stay') return 'stay';
    return (await this.#takeLastSnapshots()) ?? 'quit';
  }

  async #settleWork(): Promise<'quit' | 'stay'> {
    const { client, facts } = this.#watch;
    if (client === undefined || !this.#watch.hasWork()) return 'quit';
    this.show();
    return this.#work.settle(client, facts.runs, this.#watch.running).catch((error: unknown) => {
      report(`asking about work under way: ${String(error)}`);
      return 'quit' as const; // the engine is gone, and its work with it
    });
  }

  /** The page keeps what is unsaved until the end, should that not come after all. */
  async #askToDiscard(what: string): Promise<boolean> {
    this.show();
    const words = (key: Parameters<typeof desktopWords>[1], params = {}): string => desktopWords(this.#language, key, params);
    const options = { type: 'warning' as const, title: 'Varve', message: words('discardTitle'), detail: words('discardDetail', { what }), buttons: [words('keepEditing'), words('discard')], defaultId: 0, cancelId: 0, noLink: true };
    const window = this.#window?.browserWindow();
    const { response } = window ? await dialog.showMessageBox(window, options) : await dialog.showMessageBox(options);
    return response === 1;
  }

  /** Only by the program that owns the home: a server that goes on does it at its own end. */
  #packs(): boolean {
    return this.#packsOnQuit && this.#watch.facts.engine === 'running' && this.#watch.facts.owns;
  }

  #takeLastSnapshots(): Promise<'quit' | 'stay'> | undefined {
    const { client } = this.#watch;
    if (client === undefined || !(this.#watch.wantsLastSnapshots() || this.#packs())) return undefined;
    if (this.#watch.wantsLastSnapshots()) this.show();
    // A package alone is a matter of moments: the window comes forward only when it takes longer, or something went wrong.
    const late = setTimeout(() => this.show(), quietEndMs);
    return this.#lastSnapshots.take(client).finally(() => clearTimeout(late));
  }

  /** Where they failed, a second wish to quit is the answer; while they are being taken, the window shows the way out. */
  #askedAgainToQuit(): void {
    if (this.#talk.state.state === 'failed') this.#talk.answer('quit');
    else this.show();
  }

  #followSettings(settings: Settings): void {
    this.#closeToTray = settings.closeToTray;
    this.#packsOnQuit = settings.packages.onQuit;
    applyTheme(settings.theme);
    applyLoginItem(settings.openAtLogin, { env: this.#place.env, packaged: app.isPackaged, report });
    this.#setLanguage(settings.language === 'system' ? languageOfSystem(app.getPreferredSystemLanguages()) : settings.language);
  }

  #setLanguage(language: Language): void {
    if (language === this.#language) return;
    this.#language = language;
    this.#setMenu();
    this.#tray?.update(language, this.#watch.facts);
  }

  #setMenu(): void {
    Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu({ language: this.#language, platform: process.platform, packaged: app.isPackaged, quit: () => app.quit() })));
  }

  #sayBackUpEnded(task: TaskState): void {
    const words = (key: Parameters<typeof desktopWords>[1], params = {}): string => desktopWords(this.#language, key, params);
    const plan = task.subject;
    const result = task.result?.kind === 'snapshot' ? task.result.result : undefined;
    if (task.state === 'done') showNotice(words('noticeDoneTitle'), words('noticeDone', { plan, count: result?.snapshot.summary?.totalFiles ?? 0 }), () => this.show());
    else if (task.state === 'gaps') showNotice(words('noticeGapsTitle'), words('noticeGaps', { plan, count: result?.gapCount ?? 0 }), () => this.show());
    else if (task.result?.kind === 'waiting') showNotice(words('noticeWaitingTitle'), words('noticeWaiting', { plan, repository: task.result.wait.repositoryName }), () => this.show());
    else if (task.state === 'failed') this.#sayBackUpRefused(plan, task.error ?? undefined);
  }

  #sayBackUpRefused(plan: string, error: unknown): void {
    const { code, data } = isWireError(error) ? error : fromTyped(error);
    const reason = describeError(this.#language, code, data).title;
    showNotice(desktopWords(this.#language, 'noticeFailedTitle'), desktopWords(this.#language, 'noticeFailed', { plan, reason }), () => this.show());
  }

  async #askAfterRefusal(error: WireError): Promise<void> {
    const { title, meaning, next } = describeError(this.#language, error.code, error.data);
    report(`the engine refused: ${error.code} ${error.message}`);
    await this.#askAgain(`${title}\n\n${meaning} ${next}`);
  }

  async #askAgain(detail: string): Promise<void> {
    const buttons = [desktopWords(this.#language, 'tryAgain'), desktopWords(this.#language, 'quitShort')];
    const { response } = await dialog.showMessageBox({ type: 'warning', title: 'Varve', message: desktopWords(this.#language, 'engineTitle'), detail, buttons, defaultId: 0, cancelId: 1, noLink: true });
    if (response === 0) this.#engine.start();
    else app.quit();
  }
}

function isWireError(value: unknown): value is WireError {
  return typeof value === 'object' && value !== null && !(value instanceof Error) && 'code' in value && 'message' in value;
}

/** The technical log of the shell: standard error, never a secret. */
function report(message: string): void {
  process.stderr.write(`varve desktop: ${message}\n`);
}
