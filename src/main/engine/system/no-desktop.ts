// The branch `desktop` where there is none: every call says so.
import type { EngineApi } from '../../../contract/index.ts';
import { fail } from '../kit/errors.ts';

const names = ['pickFolder', 'pickFile', 'pickSaveFile', 'showInFolder', 'openExternal', 'setTheme', 'setLanguage', 'notify', 'setUnsaved', 'quit', 'quitting', 'answerQuit', 'appInfo'] as const satisfies (keyof EngineApi['desktop'])[];
type Missing = Exclude<keyof EngineApi['desktop'], (typeof names)[number]>;

export function desktopUnavailable(): EngineApi['desktop'] {
  const none: Missing[] = []; // fails to compile when the contract gains a call that is not in the list
  const refuse = (what: string) => (): never => fail('DESKTOP_UNAVAILABLE', `${what} needs the desktop app`, { what });
  return Object.fromEntries([...names, ...none].map((name) => [name, refuse(name)])) as unknown as EngineApi['desktop'];
}
