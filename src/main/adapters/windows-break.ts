// CTRL_BREAK to the console of a program on Windows: the one gentle way there. The event reaches everybody on that console, the sender included,
// so it is sent by a process of its own that may end of it. Written to the documentation of the calls; not proved here.
import { createRequire } from 'node:module';

const ctrlBreak = 1; // CTRL_BREAK_EVENT
const everybodyOnTheConsole = 0;

export interface ConsoleCalls {
  FreeConsole(): number;
  AttachConsole(pid: number): number;
  GenerateConsoleCtrlEvent(event: number, group: number): number;
}

/** False when the program has no console, or the system does not know these calls. */
export function sendBreak(pid: number, calls: ConsoleCalls | undefined = loadCalls()): boolean {
  if (!calls || !Number.isInteger(pid) || pid <= 0) return false;
  calls.FreeConsole(); // a process has one at most
  return calls.AttachConsole(pid) !== 0 && calls.GenerateConsoleCtrlEvent(ctrlBreak, everybodyOnTheConsole) !== 0;
}

function loadCalls(): ConsoleCalls | undefined {
  if (process.platform !== 'win32') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const library = koffi.load('kernel32.dll');
    const bind = (name: string, parameters: string[]): unknown => library.func('__stdcall', name, 'int', parameters);
    return { FreeConsole: bind('FreeConsole', []), AttachConsole: bind('AttachConsole', ['uint32_t']), GenerateConsoleCtrlEvent: bind('GenerateConsoleCtrlEvent', ['uint32_t', 'uint32_t']) } as ConsoleCalls;
  } catch {
    return undefined;
  }
}
