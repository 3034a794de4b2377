// Message ports between processes. A channel is a pair of PortEnds inside one Node process; a Link moves an end to another world (a page or
// a utility process) and from then on carries its packets there and back.
// A packet is { data: wire text, ports: PortEnd[] }: encoded once by the sender, decoded once by the last receiver.
import { EventEmitter } from 'node:events';
import { decode, encode } from './wire.ts';

interface Packet {
  data: string;
  ports: PortEnd[];
}
interface Sink {
  message(packet: Packet): void;
  close(): void;
}
export type LinkMessage = { t: 'port'; id: string; data: string; ports: string[] } | { t: 'port-close'; id: string };

export class PortEnd {
  #peer: PortEnd = this;
  #sink: Sink | undefined;
  #queue: (Packet | 'close')[] = [];
  #closed = false;

  static pair(): [PortEnd, PortEnd] {
    const [one, other] = [new PortEnd(), new PortEnd()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  post(packet: Packet): void {
    const peer = this.#peer;
    if (!this.#closed) peer.#accept(packet);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.#closed = true;
    this.#accept('close');
    this.#peer.#accept('close'); // after what was already posted, so nothing is lost
  }

  /** Whoever holds this end from now on; packets that waited are handed over first. */
  attach(sink: Sink): void {
    this.#sink = sink;
    for (const item of this.#queue.splice(0)) this.#accept(item);
  }

  detach(): void {
    this.#sink = undefined;
  }

  #accept(item: Packet | 'close'): void {
    if (!this.#sink) this.#queue.push(item);
    else if (item === 'close') this.#sink.close();
    else this.#sink.message(item);
  }
}

/** One far world. Ids made here start with `side`, ids made there with its own letter, so they never meet. */
export class Link {
  #ends = new Map<string, PortEnd>();
  #next = 0;
  #side: string;
  #send: (message: LinkMessage) => void;

  constructor(side: string, send: (message: LinkMessage) => void) {
    this.#side = side;
    this.#send = send;
  }

  /** Give `end` to the far world; returns the id under which it will know it. */
  give(end: PortEnd): string {
    const id = `${this.#side}${++this.#next}`;
    this.#bind(id, end);
    return id;
  }

  /** The far world gave us its port `id`; returns the end we hold. */
  take(id: string): PortEnd {
    const [near, far] = PortEnd.pair();
    this.#bind(id, far);
    return near;
  }

  #bind(id: string, end: PortEnd): void {
    this.#ends.set(id, end);
    end.attach({
      message: ({ data, ports }) => this.#send({ t: 'port', id, data, ports: ports.map((port) => this.give(port)) }),
      close: () => {
        if (this.#ends.delete(id)) this.#send({ t: 'port-close', id });
      }
    });
  }

  /** Returns true when the message was about a port. */
  receive(message: { t: string }): boolean {
    const about = message as LinkMessage;
    if (about.t === 'port') this.#ends.get(about.id)?.post({ data: about.data, ports: about.ports.map((id) => this.take(id)) });
    else if (about.t === 'port-close') {
      const end = this.#ends.get(about.id);
      this.#ends.delete(about.id);
      end?.close();
    } else return false;
    return true;
  }

  /** The far world is gone (page navigated, process ended): every port it held closes. */
  dispose(): void {
    this.#send = () => {};
    for (const end of this.#ends.values()) end.close();
    this.#ends.clear();
  }
}

/** Electron's MessagePortMain: an EventEmitter that queues until start(). */
export class MessagePortMain extends EventEmitter {
  #end: PortEnd | undefined;
  #started = false;

  constructor(end: PortEnd) {
    super();
    this.#end = end;
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    const data = encode(message);
    this.#end?.post({ data, ports: takeEnds(transfer) });
  }

  start(): void {
    if (this.#started || !this.#end) return;
    this.#started = true;
    this.#end.attach({
      message: ({ data, ports }) => void setImmediate(() => this.emit('message', { data: decode(data), ports: ports.map((port) => new MessagePortMain(port)) })),
      close: () => void setImmediate(() => this.emit('close'))
    });
  }

  close(): void {
    this.#end?.close();
    if (!this.#started) setImmediate(() => this.emit('close')); // Electron emits on the closing side too
  }

  /** Stand-in only: leaves this object neutered, as a transfer does. */
  neuter(): PortEnd {
    const end = this.#end;
    if (!end) throw new Error('Port is already neutered');
    end.detach();
    this.#end = undefined;
    return end;
  }
}

/** Only ports can be transferred from the main side; anything else throws in Electron as well. */
export function takeEnds(transfer: unknown[]): PortEnd[] {
  return transfer
    .map((port, at) => {
      if (!(port instanceof MessagePortMain)) throw new TypeError(`Port at index ${at} is not a valid port`);
      return port;
    })
    .map((port) => port.neuter());
}

export class MessageChannelMain {
  port1: MessagePortMain;
  port2: MessagePortMain;
  constructor() {
    const [one, other] = PortEnd.pair();
    this.port1 = new MessagePortMain(one);
    this.port2 = new MessagePortMain(other);
  }
}
