// `varve://app` in Electron. The bytes are read by us (console-files.ts) and not by net.fetch of a file address, which adds a pass and needs
// file privileges.
import { protocol, type Session } from 'electron';
import { scheme } from './address.ts';
import { answerRequest } from './console-files.ts';

/** Counts once, before `ready`, and the last call wins: so this is the only call, made while the main module is evaluated. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
}

/** On the session our windows use: a scheme is handled per session, a partitioned window would not see it. */
export function serveConsole(session: Session, folder: string): void {
  session.protocol.handle(scheme, (request) => answerRequest(folder, request));
}
