// The only place where messages of pages arrive. One channel: the page's port for the engine, accepted from the main frame of our own
// window at our own address and from nowhere else.
import { ipcMain, type IpcMainEvent, type MessagePortMain, type WebContents } from 'electron';
import { bridgeChannels } from '../../contract/bridge.ts';
import { isOwnAddress } from './address.ts';

export interface BridgeDeps {
  /** Web contents that may speak. */
  known(): WebContents | undefined;
  onPort(port: MessagePortMain): void;
  reportRefused(reason: string): void;
}

export function listenToBridge(deps: BridgeDeps): void {
  ipcMain.on(bridgeChannels.connect, (event) => {
    const [port, ...more] = event.ports;
    const refused = reasonToRefuse(event, deps.known()) ?? (port === undefined || more.length > 0 ? 'exactly one port is expected' : undefined);
    if (refused !== undefined || port === undefined) {
      for (const unwanted of event.ports) unwanted.close();
      deps.reportRefused(refused ?? 'no port');
      return;
    }
    deps.onPort(port);
  });
}

/** Why this sender is not to be trusted, or undefined. A frame can be gone by the time its message is handled: that is a refusal too. */
export function reasonToRefuse(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>, known: WebContents | undefined): string | undefined {
  if (event.sender !== known) return 'unknown window';
  const frame = event.senderFrame;
  if (!frame) return 'the frame is gone';
  if (frame.parent !== null) return 'not the main frame';
  return isOwnAddress(frame.url) ? undefined : 'foreign address';
}
