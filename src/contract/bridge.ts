// What the preload exposes to the page as `window.varve`, and the messages by which it hands over ports. A port cannot pass through
// the bridge as a live object, so it arrives as a window message at the page's own origin.

export interface VarveBridge {
  /**
   * Asks for a port to the engine. It arrives as a `message` event of the window: `event.source === window`,
   * `event.origin === location.origin`, `event.data` a `PortMessage` of kind `varve:port`, `event.ports[0]` the port (call `start()`).
   * After the engine was restarted another one arrives by itself; the newest port is the only live one.
   */
  connect(): void;
  platform: 'linux' | 'darwin' | 'win32';
  /** Path of a file that the person dropped or chose; an empty string when it has none. */
  pathForFile(file: unknown): string;
}

export type PortMessage =
  /** Comes with one port. */
  | { kind: 'varve:port' }
  /** The engine's process ended; a new `varve:port` follows when it runs again. `again` is false when it will not be restarted. */
  | { kind: 'varve:engine-lost'; again: boolean };

/** Channels between preload and main. Only ports and these two notices ever cross; no data. */
export const bridgeChannels = {
  connect: 'varve:connect',
  engineReady: 'varve:engine-ready',
  engineLost: 'varve:engine-lost'
} as const;
