// What pages may not do: no permissions, no navigation away, no new windows, no webview, no attaching. Electron allows most of it by default.
import { type App, type Session, shell, type WebContents } from 'electron';
import { isOwnAddress, mayOpenExternally } from './address.ts';

/** Opens the address in the person's browser when it is on the list; returns whether it was. */
export async function openExternally(address: string): Promise<boolean> {
  if (!mayOpenExternally(address)) return false;
  await shell.openExternal(address);
  return true;
}

/** Applies to every web contents the program ever has, also to ones nobody meant to make. */
export function restrictContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => restrict(contents));
}

function restrict(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    void openExternally(url).catch(() => undefined); // no browser on this machine: the page stays where it is
    return { action: 'deny' };
  });
}

export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
}
