// E-mail over SMTP. The library is loaded with the first message: a home without this channel never pays for it.
import type { Mail } from '../engine/ports.ts';

export function createMail(): Mail {
  return {
    async send({ host, port, security, user, password, from, to, subject, text, messageId, timeoutMs, signal }) {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        // What stands in a message comes from names of jobs and files: nothing of it may be read from disk or fetched.
        disableFileAccess: true,
        disableUrlAccess: true
      });
      const stop = (): void => transport.close();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        if (signal?.aborted) throw new Error('stopped');
        const sent = await transport.sendMail({ from, to: [...to], subject, text, messageId, headers: { 'auto-submitted': 'auto-generated' } });
        if (sent.rejected.length > 0) throw new Error(`the server refused ${sent.rejected.length} of ${to.length} addresses`);
      } catch (error) {
        throw new Error(shortly(error), { cause: error });
      } finally {
        signal?.removeEventListener('abort', stop);
        transport.close();
      }
    }
  };
}

/** A server's answer can be many lines long, and sign-in errors repeat what was sent. */
function shortly(error: unknown): string {
  if (!(error instanceof Error)) return 'the server did not take it';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined;
  if (code === 'EAUTH') return 'the server did not accept the name or the password';
  if (status !== undefined) return `the server answered with ${status}`;
  return (error.message.split('\n')[0] ?? '').slice(0, 300);
}
