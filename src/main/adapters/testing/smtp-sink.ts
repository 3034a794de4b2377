// A mail server on loopback that keeps what it gets, for tests. Speaks as much SMTP as a client needs, signing in included.
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Received {
  from: string;
  to: string[];
  /** Headers and text as they came. */
  data: string;
}

export interface SmtpSink {
  port: number;
  received: Received[];
  /** Answers to RCPT from now on, for example `550 no such person`; undefined: taken. */
  refuse: string | undefined;
  close(): Promise<void>;
}

/** `account`: name and password that are asked for. */
export async function createSmtpSink(account?: { user: string; password: string }): Promise<SmtpSink> {
  const sockets = new Set<Socket>();
  const sink: SmtpSink = { port: 0, received: [], refuse: undefined, close: async () => undefined };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let buffer = '';
    let inData = false;
    let mail: Received = { from: '', to: [], data: '' };
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const hear = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') return say(account ? '250-sink\r\n250 AUTH PLAIN' : '250 sink');
      if (verb === 'AUTH') return say(account && line.split(' ')[2] === Buffer.from(`\0${account.user}\0${account.password}`).toString('base64') ? '235 welcome' : `535 wrong: ${line}`);
      if (verb === 'STAR') return say('502 there is no encryption here');
      if (verb === 'MAIL') mail = { from: /<(.*?)>/.exec(line)?.[1] ?? '', to: [], data: '' };
      if (verb === 'RCPT') {
        if (sink.refuse !== undefined) return say(sink.refuse);
        mail.to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
      }
      if (verb === 'DATA') {
        inData = true;
        return say('354 go on');
      }
      if (verb === 'QUIT') return void socket.end('221 bye\r\n');
      say('250 ok');
    };
    say('220 sink');
    socket.on('data', (piece: Buffer) => {
      buffer += piece.toString('utf8');
      for (;;) {
        const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (!inData) {
          hear(text);
          continue;
        }
        inData = false;
        sink.received.push({ ...mail, data: text });
        say('250 taken');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.port = (server.address() as AddressInfo).port;
  sink.close = () =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return sink;
}
